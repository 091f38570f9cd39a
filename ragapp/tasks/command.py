"""A command of the program, run as a child process that never outlives the server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

from ragapp.processes.launch import environment, module_command
from ragapp.types import CommandLine

NICENESS: Final = 10
GRACE: Final = 5.0
"""Seconds a command has to exit after SIGTERM, before it is killed."""
ACCEPTED_CODES: Final = frozenset({0, 1, 4})
"""Exit codes of commands that may have completed: 1 means that some of the work failed, 4 that a check
failed. A command that completed has printed its result."""
MAX_OUTPUT: Final = 16 * 1024 * 1024
"""Largest result in bytes, ten times that of the largest evaluations."""

_PROGRESS = re.compile(r"^(?P<step>.+?):?(?<! ) +(?P<percent>\d{1,3})%")

OnProgress = Callable[[str, float], None]
"""Called with the current step and its completed share, from 0 to 1."""


class CommandFailed(Exception):
    """A command failed; the message says why."""


class Command:
    """A command that starts at once. `follow` must be called to wait for its end."""

    def __init__(self, line: CommandLine, data_dir: Path, *, patient: bool) -> None:
        arguments = [*line.command, *line.options, "--data-dir", str(data_dir), "--", *line.arguments]
        self._output = TemporaryFile()  # noqa: SIM115  closed by `follow`
        # The child reads from a pipe that closes when this process ends, and then exits too.
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            module_command("ragapp.cli.background", *arguments),
            stdin=subprocess.PIPE,
            stdout=self._output,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env=environment(),
        )
        if patient and hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, self._process.pid, NICENESS)

    def follow(self, on_progress: OnProgress) -> bytes:
        """Waits for the end, returns the output, and logs what the command logs. Raises CommandFailed."""
        with self._output, self._process:
            last = self._forward_log(on_progress)
            code = self._process.wait()
            size = os.fstat(self._output.fileno()).st_size
            if code not in ACCEPTED_CODES or (code != 0 and not size):
                raise CommandFailed(last or f"The command exited with code {code} and no message.")
            if size > MAX_OUTPUT:
                raise CommandFailed(
                    f"The result has {size} bytes, which exceeds the limit of {MAX_OUTPUT} bytes."
                )
            self._output.seek(0)
            return self._output.read()

    def end(self) -> None:
        """Terminates the command, and kills it after a grace period."""
        self._process.terminate()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _forward_log(self, on_progress: OnProgress) -> str:
        """Passes log lines on, and progress lines to `on_progress`. Returns the last log line."""
        last = ""
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if found := _PROGRESS.match(line):
                on_progress(found["step"], int(found["percent"]) / 100)
            else:
                sys.stderr.write(line)
                last = line.strip() or last
        return last
