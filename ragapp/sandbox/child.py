"""The confined side: a module that calls `serve` in its main can be given to a Sandbox.

It loads its libraries once and forks for every document, so that each piece of work starts clean, in
milliseconds, under limits that the kernel keeps. A line of JSON comes in for each document and one goes
out: how the work ended. The result itself goes into a file.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from ragapp.errors import ParseError
from ragapp.sandbox.messages import REFUSED, SandboxLimits, SandboxRequest

OPEN_FILES = 32

Work = Callable[[bytes, SandboxRequest], bytes]
"""(the document's bytes, the order) to the result. Raises ParseError with the reason for people."""


def serve(work: Work) -> None:
    """Works until its input ends; the parent gives the limits as the only argument."""
    limits = SandboxLimits(**json.loads(sys.argv[1]))
    for line in sys.stdin:
        order = SandboxRequest(**json.loads(line))
        child = os.fork()
        if child == 0:
            _confine(limits, order)
            os._exit(_worked(work, order))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the answer to the parent


def _confine(limits: SandboxLimits, order: SandboxRequest) -> None:
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
    signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds)


def _worked(work: Work, order: SandboxRequest) -> int:
    """The exit code."""
    target = Path(order.target)
    try:
        result = work(Path(order.source).read_bytes(), order)
    except ParseError as error:
        target.write_text(str(error), encoding="utf-8")
        return REFUSED
    target.write_bytes(result)
    return 0
