"""A command of the program as a child process that never outlives the server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ragapp.types import Order

NICENESS: Final = 10
GRACE: Final = 5.0
"""Seconds a command has to end by itself once it is told to."""
GOOD: Final = frozenset({0, 1, 4})
"""Exit codes with which a command may have done what it was asked: 1 says that some of it failed, 4 that
a check did. Whether it did is told by whether it printed its result."""

_PROGRESS = re.compile(r"^(?P<step>.+?):? +(?P<percent>\d{1,3})%")

OnProgress = Callable[[str, float], None]
"""Told (step, share of it that is done, from 0 to 1)."""


class Command:
    """Starts at once. `place` is the folder for what it prints and logs."""

    def __init__(self, order: Order, data_dir: Path, place: Path) -> None:
        self._output = place / "output.json"
        self._log = place / "log.txt"
        line = [*order.command, *order.options, "--data-dir", str(data_dir), "--", *order.arguments]
        with self._output.open("wb") as output:
            # It reads our end of a pipe, which closes when we are gone, and ends with us.
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", "ragapp.doors.cli.attended", *line],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
            )
        if order.patient and hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, self._process.pid, NICENESS)

    def follow(self, on_progress: OnProgress) -> str | None:
        """Waits for its end; why it failed, or None when it did what it was asked."""
        last = ""
        assert self._process.stderr is not None
        with self._log.open("w", encoding="utf-8") as log:
            for line in self._process.stderr:
                log.write(line)
                if found := _PROGRESS.match(line):
                    on_progress(found["step"], int(found["percent"]) / 100)
                else:
                    last = line.strip() or last
        code = self._process.wait()
        if code in GOOD and (code == 0 or self._output.stat().st_size):
            return None
        return last or f"It ended with {code} and said nothing."

    def end(self) -> None:
        """Asks it to end, and makes it end if it does not."""
        self._process.terminate()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
