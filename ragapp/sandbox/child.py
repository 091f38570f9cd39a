"""The confined side: a module that calls `serve` in its main can be given to a Sandbox.

It loads its libraries once and forks for every document, so that each piece of work starts clean, in
milliseconds, under limits that the kernel keeps and without the rights that it does not need. It first says
which protections hold, as a line of JSON. Then a line of JSON comes in for each document and one goes out:
how the work ended. The result itself goes into a file.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

from ragapp.errors import ParseError
from ragapp.sandbox import kernel
from ragapp.sandbox.confine import Isolation, confine, isolate, readable_paths
from ragapp.sandbox.orders import REFUSED, Limits, Order
from ragapp.sandbox.tree import end_children, wait_for_all

OPEN_FILES = 32
GRACE = 1.0
"""Seconds after the end of its time in which work may end by its own alarm."""

Work = Callable[[bytes, Order], bytes]
"""(the document's bytes, the order) to the result. Raises ParseError with the reason for people."""


def serve(work: Work) -> None:
    """Works until its input ends; the parent gives the limits as the only argument."""
    limits = Limits(**json.loads(sys.argv[1]))
    libraries = readable_paths()
    isolation = isolate()
    if isolation.pids:
        _go_on_in_first_process()
    kernel.adopt_orphans()
    _tell(_protections(libraries, isolation))
    for line in sys.stdin:
        order = Order(**json.loads(line))
        child = os.fork()
        if child == 0:
            _limit(limits, order)
            confine((*libraries, order.source), order.target, isolation)
            os._exit(_worked(work, order))
        code = _wait(child, limits.wall_seconds + GRACE)
        _end_leftovers(isolation)
        _tell(code)


def _go_on_in_first_process() -> None:
    """Returns in the first process of the new namespace; ours waits for it and ends with it."""
    first = os.fork()
    if first == 0:
        kernel.end_with_parent(signal.SIGKILL)
        return
    _, status = os.waitpid(first, 0)
    os._exit(max(0, os.waitstatus_to_exitcode(status)))


def _tell(answer: object) -> None:
    print(json.dumps(answer), flush=True)  # noqa: T201 - the answer to the parent


def _protections(libraries: tuple[str, ...], isolation: Isolation) -> list[str]:
    """Those that hold, found by a process that tries them."""
    out, into = os.pipe()
    if os.fork() == 0:
        tried = confine(libraries, os.devnull, isolation)
        os.write(into, json.dumps(tried).encode())
        os._exit(0)
    os.close(into)
    with open(out, "rb") as told:  # noqa: PTH123 - a descriptor
        held: list[str] = json.loads(told.read())  # fails when the process did, which ends ours
    wait_for_all()
    return held


def _wait(child: int, seconds: float) -> int:
    """How it ended: its exit code, or a signal as a negative number. It is killed when its time is over, even
    if it has switched its own alarm off."""
    late = False

    def kill(_number: int, _frame: FrameType | None) -> None:
        nonlocal late
        late = True
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)

    signal.signal(signal.SIGALRM, kill)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    _, status = os.waitpid(child, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    return -signal.SIGALRM if late else os.waitstatus_to_exitcode(status)


def _end_leftovers(isolation: Isolation) -> None:
    if isolation.pids and os.getpid() == 1:
        with suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)  # all in our namespace but ourselves
        wait_for_all()
    else:
        end_children()


def _limit(limits: Limits, order: Order) -> None:
    """From here on the kernel ends this process when it takes too much."""
    nothing = os.open(os.devnull, os.O_RDWR)
    errors = os.open(order.errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for target, source in ((0, nothing), (1, nothing), (2, errors)):
        os.dup2(source, target)
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    # The first number ends the process with a signal that says why, the second one with SIGKILL.
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.output, limits.output))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds)


def _worked(work: Work, order: Order) -> int:
    """The exit code."""
    target = Path(order.target)
    try:
        result = work(Path(order.source).read_bytes(), order)
    except ParseError as error:
        target.write_text(str(error), encoding="utf-8")
        return REFUSED
    target.write_bytes(result)
    return 0
