"""`ragapp` commands run in the test's own process, which saves each the second that its imports take.

Arguments, environment, output and exit codes are as in a process of its own. What a test says about
processes (signals, exits in the middle, what is imported) needs a real one.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from subprocess import CompletedProcess

import pytest

from ragapp.doors.cli.program import run


def ragapp(*arguments: str, stdin: str = "", **environment: str) -> CompletedProcess[str]:
    """Runs `ragapp ARGUMENTS` with these variables added to the environment."""
    out, err = _stream(), _stream()
    with _as_called(arguments, stdin, environment), redirect_stdout(out), redirect_stderr(err):
        try:
            run()
        except SystemExit as ended:
            code = ended.code
    assert isinstance(code, int)
    return CompletedProcess(["ragapp", *arguments], code, _written(out), _written(err))


@contextmanager
def _as_called(arguments: tuple[str, ...], stdin: str, environment: dict[str, str]) -> Iterator[None]:
    umask = os.umask(0o022)  # the program sets its own
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["ragapp", *arguments])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8"))
            for name, value in environment.items():
                patch.setenv(name, value)
            yield
    finally:
        os.umask(umask)


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)


def _written(stream: io.TextIOWrapper) -> str:
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()
