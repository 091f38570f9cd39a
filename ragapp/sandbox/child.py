"""The sandboxed child process. A module that calls `serve` as its main program can be run by a Sandbox.

It loads its libraries once and forks for every document. So each piece of work starts in a clean process
within milliseconds, under limits that the kernel enforces, and without unnecessary rights. The process first
sends the protections that hold, as a line of JSON. Then it receives a line of JSON for each document, and
sends one that says how the work ended. The result itself is written to a file.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

from ragapp.errors import ParseError
from ragapp.sandbox import kernel
from ragapp.sandbox.confine import Isolation, confine, isolate, readable_paths
from ragapp.sandbox.messages import REFUSED, SandboxLimits, SandboxRequest
from ragapp.sandbox.tree import end_children, wait_for_all

OPEN_FILES = 32
GRACE_SECONDS = 1.0
"""How long work may take after its time limit to end by its own alarm."""

Work = Callable[[bytes, SandboxRequest], bytes]
"""From the document's bytes and the request to the result. Raises ParseError with a reason for people."""


FileWork = Callable[[SandboxRequest], bytes]
"""From the request, which names the document's file, to the result; b"" when it has written that itself."""

Prepare = Callable[[SandboxRequest], None]


def serve(work: Work, prepare: Prepare | None = None, readable: Sequence[str] = ()) -> None:
    """Like `serve_files`, for work that reads the whole document at once."""

    def read(request: SandboxRequest) -> bytes:
        return work(Path(request.source).read_bytes(), request)

    serve_files(read, prepare, readable)


def serve_files(work: FileWork, prepare: Prepare | None = None, readable: Sequence[str] = ()) -> None:
    """Processes documents until its input ends. The limits are the only argument of the program.

    `prepare` is called for each request before the work's own process is forked, to import what the work
    needs; it must not read the document. Work may also read the files and folders `readable`.
    """
    limits = SandboxLimits(**json.loads(sys.argv[1]))
    libraries = (*readable_paths(), *readable)
    isolation = isolate()
    if isolation.pids:
        _continue_in_first_process()
    kernel.adopt_orphans()
    _send(_protections(libraries, isolation))
    for line in sys.stdin:
        request = SandboxRequest(**json.loads(line))
        if prepare is not None:
            prepare(request)
        child = os.fork()
        if child == 0:
            _limit(limits, request)
            confine((*libraries, request.source), request.target, isolation)
            os._exit(_worked(work, request))
        code = _wait(child, limits.wall_seconds + GRACE_SECONDS)
        _end_leftovers(isolation)
        _send(code)


def _continue_in_first_process() -> None:
    """Returns in the first process of the new namespace; ours waits for it and ends with it."""
    first = os.fork()
    if first == 0:
        kernel.end_with_parent(signal.SIGKILL)
        return
    _, status = os.waitpid(first, 0)
    os._exit(max(0, os.waitstatus_to_exitcode(status)))


def _send(message: object) -> None:
    print(json.dumps(message), flush=True)  # noqa: T201 - the message to the parent


def _protections(libraries: tuple[str, ...], isolation: Isolation) -> list[str]:
    """The protections that hold, found by a process that tries them."""
    out, into = os.pipe()
    if os.fork() == 0:
        protections = confine(libraries, os.devnull, isolation)
        os.write(into, json.dumps(protections).encode())
        os._exit(0)
    os.close(into)
    with open(out, "rb") as result:  # noqa: PTH123 - a descriptor
        held: list[str] = json.loads(result.read())  # fails when the process did, which ends this one
    wait_for_all()
    return held


def _wait(child: int, seconds: float) -> int:
    """Returns its exit code, or a signal as a negative number. Kills it at the time limit, even if it has
    switched off its own alarm."""
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
            os.kill(-1, signal.SIGKILL)  # all processes of our namespace but this one
        wait_for_all()
    else:
        end_children()


def _limit(limits: SandboxLimits, request: SandboxRequest) -> None:
    """Makes the kernel end this process when it exceeds the limits."""
    nothing = os.open(os.devnull, os.O_RDWR)
    errors = os.open(request.errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for target, source in ((0, nothing), (1, nothing), (2, errors)):
        os.dup2(source, target)
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    # The first limit ends the process with a signal that tells the reason, the second one with SIGKILL.
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.output, limits.output))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds)


def _worked(work: FileWork, request: SandboxRequest) -> int:
    """The exit code."""
    target = Path(request.target)
    try:
        result = work(request)
    except ParseError as error:
        target.write_text(str(error), encoding="utf-8")
        return REFUSED
    if result:
        target.write_bytes(result)
    return 0
