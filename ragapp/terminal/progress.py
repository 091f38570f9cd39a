"""Progress for people at a terminal, and for whoever reads a log."""

from __future__ import annotations

import sys
import threading

from rich.console import Console
from rich.progress import Progress, TaskID

SECONDS_BETWEEN_LINES = 0.5


class Steps(Progress):
    """Bars on stderr. Where that is no terminal, a line whenever a percentage changed: `embedding: 45%`."""

    def __init__(self) -> None:
        super().__init__(console=Console(stderr=True))
        self._told: dict[TaskID, int] = {}
        self._over = threading.Event()
        self._teller = threading.Thread(target=self._tell_on, name="steps", daemon=True)

    def start(self) -> None:
        if self.console.is_terminal:
            super().start()
        else:
            self._teller.start()

    def stop(self) -> None:
        self._over.set()
        if self._teller.is_alive():
            self._teller.join()
        super().stop()

    def _tell_on(self) -> None:
        while not self._over.wait(SECONDS_BETWEEN_LINES):
            self._tell()
        self._tell()

    def _tell(self) -> None:
        for task in self.tasks:
            percent = int(task.percentage)
            if task.total and percent != self._told.get(task.id):
                self._told[task.id] = percent
                sys.stderr.write(f"{task.description}: {percent}%\n")
                sys.stderr.flush()
