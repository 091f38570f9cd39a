"""One task while it waits and runs: from its order to its end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Final

from ragapp.errors import RagappError, StorageError
from ragapp.protocols import TaskStore
from ragapp.tasks.command import Command, CommandFailed
from ragapp.types import CommandLine, TaskEnd, TaskOrder

log = logging.getLogger(__name__)

BEAT: Final = 1.0
"""Seconds between two notes of how far it is. So late, at most, it is known that somebody cancelled it."""

UNFORESEEN: Final = "The server met an error that it did not expect. Its log describes it."


class RunningTask:
    """Runs an order, holds its record while it does, and ends the command when the record is over first."""

    def __init__(self, order: TaskOrder, task_id: str, records: TaskStore, data_dir: Path) -> None:
        self._order = order
        self._id = task_id
        self._records = records
        self._data_dir = data_dir
        self._guard = threading.Lock()
        self._stopped = threading.Event()
        self._command: Command | None = None
        self._progress: tuple[str, float | None] = ("", None)

    def run(self, turns: threading.Lock) -> None:
        """Waits for its turn if it is patient, runs, and notes how it ended."""
        turn: AbstractContextManager[object] = turns if self._order.patient else nullcontext()
        with self._held(), turn:
            try:
                end = self._ended()
            except Exception:  # a defect of ours, which nobody should take for a lost server
                self._note(TaskEnd("failed", error=UNFORESEEN))
                raise
            self._note(end)

    def stop(self) -> None:
        """Ends it, or lets it never begin. Returns when its command has ended."""
        with self._guard:
            self._stopped.set()
            command = self._command
        if command is not None:
            command.end()

    def _ended(self) -> TaskEnd:
        try:
            with self._order.work() as line:
                output = self._followed(line)
        except CommandFailed as failure:
            return TaskEnd("cancelled") if self._stopped.is_set() else TaskEnd("failed", error=str(failure))
        except RagappError as error:
            return TaskEnd("failed", error=str(error))
        except OSError as error:
            told = f"It could not be run: {error}. Free some disk space or memory."
            return TaskEnd("failed", error=told)
        return TaskEnd("done", output=output or None)

    def _followed(self, line: CommandLine) -> bytes:
        """What the command printed. Raises CommandFailed, also when it was stopped, StorageError, OSError."""
        self._records.begin(self._id)
        with self._guard:
            if self._stopped.is_set():
                raise CommandFailed("It was cancelled before it began.")
            self._command = Command(line, self._data_dir, patient=self._order.patient)
        output = self._command.follow(self._progressed)
        if self._stopped.is_set():  # some commands end well when they are told to end
            raise CommandFailed("It was cancelled.")
        return output

    def _progressed(self, step: str, share: float) -> None:
        self._progress = (step, share)

    @contextmanager
    def _held(self) -> Iterator[None]:
        over = threading.Event()
        holding = threading.Thread(target=self._hold, args=(over,), name="task-lease", daemon=True)
        holding.start()
        try:
            yield
        finally:
            over.set()
            holding.join()

    def _hold(self, over: threading.Event) -> None:
        while not over.wait(BEAT):
            try:
                unfinished = self._records.hold(self._id, *self._progress)
            except StorageError as error:  # the lease may outlast it
                log.warning("The lease of task %s could not be renewed: %s", self._id, error)
            else:
                if not unfinished:
                    self.stop()
                    return

    def _note(self, end: TaskEnd) -> None:
        """Tries until the database takes it; once, when the server is ending."""
        while True:
            try:
                self._records.end(self._id, end)
            except StorageError as error:
                log.warning("How task %s ended could not be noted: %s", self._id, error)
                if self._stopped.wait(BEAT):
                    return
            else:
                return
