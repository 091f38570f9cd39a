"""Progress of long steps, on a terminal or in a log."""

from __future__ import annotations

import sys
import threading

from rich.console import Console
from rich.progress import Progress, TaskID

SECONDS_BETWEEN_LINES = 0.5


class Steps(Progress):
    """Progress bars on stderr. Without a terminal, a line for each new percentage: `embedding: 45%`."""

    def __init__(self) -> None:
        super().__init__(console=Console(stderr=True))
        self._reported: dict[TaskID, int] = {}
        self._stopped = threading.Event()
        self._reporter = threading.Thread(target=self._report_until_stopped, name="steps", daemon=True)

    def start(self) -> None:
        if self.console.is_terminal:
            super().start()
        else:
            self._reporter.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._reporter.is_alive():
            self._reporter.join()
        super().stop()

    def _report_until_stopped(self) -> None:
        while not self._stopped.wait(SECONDS_BETWEEN_LINES):
            self._report()
        self._report()

    def _report(self) -> None:
        for task in self.tasks:
            percent = int(task.percentage)
            if task.total and percent != self._reported.get(task.id):
                self._reported[task.id] = percent
                sys.stderr.write(f"{task.description}: {percent}%\n")
                sys.stderr.flush()
