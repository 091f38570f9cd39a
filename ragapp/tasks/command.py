"""A command of the program as a child process that never outlives the server."""

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
"""Seconds a command has to end by itself once it is told to."""
GOOD: Final = frozenset({0, 1, 4})
"""Exit codes with which a command may have done what it was asked: 1 says that some of it failed, 4 that
a check did. Whether it did is told by whether it printed its result."""
MAX_OUTPUT: Final = 16 * 1024 * 1024
"""Bytes of a result that are kept: those of the largest evaluations are a tenth of it."""

_PROGRESS = re.compile(r"^(?P<step>.+?):? +(?P<percent>\d{1,3})%")

OnProgress = Callable[[str, float], None]
"""Told (step, share of it that is done, from 0 to 1)."""


class CommandFailed(Exception):
    """A command did not do what it was asked; says why."""


class Command:
    """Starts at once. Must be followed to its end by `follow`."""

    def __init__(self, line: CommandLine, data_dir: Path, *, patient: bool) -> None:
        words = [*line.command, *line.options, "--data-dir", str(data_dir), "--", *line.arguments]
        self._output = TemporaryFile()  # noqa: SIM115  closed when it has been followed
        # It reads our end of a pipe, which closes when we are gone, and ends with us.
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            module_command("ragapp.cli.background", *words),
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
        """Waits for its end; what it printed. What it logs goes to the server's log. Raises CommandFailed."""
        with self._output, self._process:
            last = self._logged(on_progress)
            code = self._process.wait()
            size = os.fstat(self._output.fileno()).st_size
            if code not in GOOD or (code != 0 and not size):
                raise CommandFailed(last or f"It ended with {code} and said nothing.")
            if size > MAX_OUTPUT:
                raise CommandFailed(f"Its result has {size} bytes, of which {MAX_OUTPUT} can be kept.")
            self._output.seek(0)
            return self._output.read()

    def end(self) -> None:
        """Asks it to end, and makes it end if it does not."""
        self._process.terminate()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _logged(self, on_progress: OnProgress) -> str:
        """Returns the last line that said anything but how far it is."""
        last = ""
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if found := _PROGRESS.match(line):
                on_progress(found["step"], int(found["percent"]) / 100)
            else:
                sys.stderr.write(line)
                last = line.strip() or last
        return last
