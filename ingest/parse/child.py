"""The process that parses: `python -m ingest.parse.child LIMITS`. It is told what to do by its parent alone.

It loads the parsers once and forks for every document, so that each parse starts clean, in milliseconds,
under limits that the kernel keeps. A line of JSON comes in for each document and one goes out: how the
parse ended. The text itself goes into a file.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from dataclasses import asdict
from pathlib import Path

from ingest.parse.order import Limits, Order
from ingest.parse.registry import parse
from ragapp.errors import ParseError

OPEN_FILES = 32


def main() -> None:
    limits = Limits(**json.loads(sys.argv[1]))
    for line in sys.stdin:
        order = Order(**json.loads(line))
        child = os.fork()
        if child == 0:
            _confine(limits, order)
            _parse(order)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the answer to the parent


def _confine(limits: Limits, order: Order) -> None:
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


def _parse(order: Order) -> None:
    result: dict[str, object]
    try:
        result = asdict(parse(Path(order.source).read_bytes(), order.name, order.password))
    except ParseError as error:
        result = {"error": str(error)}
    Path(order.target).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
