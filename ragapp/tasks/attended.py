"""One task while it waits and runs: from its order to its end."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from ragapp.tasks.command import Command
from ragapp.tasks.records import Records
from ragapp.types import Order, Task


class AttendedTask:
    """Remembers every step in the records, and holds the task there until it is over. Raises StorageError."""

    def __init__(self, order: Order, task: Task, records: Records, data_dir: Path) -> None:
        self._order = order
        self._task = task
        self._records = records
        self._data_dir = data_dir
        self._lock = records.begin(task)
        self._guard = threading.Lock()
        self._cancelled = False
        self._command: Command | None = None

    def run(self, turns: threading.Lock) -> None:
        """Waits for its turn if it is patient, runs, and remembers how it ended."""
        turn: AbstractContextManager[object] = turns if self._order.patient else nullcontext()
        try:
            with turn:
                self._end(self._failure())
        except OSError as error:
            self._end(f"It could not be run: {error}. Free some disk space or memory.")
        finally:
            self._lock.release()

    def cancel(self) -> Task:
        with self._guard:
            self._cancelled = True
            command = self._command
            if command is None:  # its turn may be hours away
                self._end(None)
                return self._task
        command.end()
        return replace(self._task, state="cancelled")

    def _failure(self) -> str | None:
        with self._guard:
            if self._cancelled:
                return None
            place = self._records.place(self._task.id)
            self._command = Command(self._order, self._data_dir, place)
        self._change(replace(self._task, state="running", started_at=datetime.now(UTC)))
        return self._command.follow(self._progressed)

    def _progressed(self, step: str, share: float) -> None:
        self._change(replace(self._task, step=step, share=share))

    def _end(self, failure: str | None) -> None:
        if self._task.ended_at is not None:  # cancelled while it waited
            return
        over = replace(self._task, ended_at=datetime.now(UTC), share=None, step="")
        if self._cancelled:
            self._change(replace(over, state="cancelled"))
        elif failure is not None:
            self._change(replace(over, state="failed", error=failure))
        else:
            self._change(replace(over, state="done"))

    def _change(self, task: Task) -> None:
        self._records.keep(task)
        self._task = task
