"""One task from its order to its end."""

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

HEARTBEAT: Final = 1.0
"""Seconds between two updates of the record, and so the longest delay until a cancellation is noticed."""

UNEXPECTED: Final = "An unexpected error occurred. The log of the server describes it."


class RunningTask:
    """Runs an order while it renews the lease of its record; ends the command once the record is closed."""

    def __init__(self, order: TaskOrder, task_id: str, records: TaskStore, data_dir: Path) -> None:
        self._order = order
        self._id = task_id
        self._records = records
        self._data_dir = data_dir
        self._guard = threading.Lock()
        self._stopped = threading.Event()
        self._command: Command | None = None
        self._progress: tuple[str, float | None] = ("", None)

    def run(self, patient_lock: threading.Lock) -> None:
        """Waits for other patient tasks if it is patient itself, runs, and records how it ended."""
        lock: AbstractContextManager[object] = patient_lock if self._order.patient else nullcontext()
        with self._lease_held(), lock:
            try:
                end = self._outcome()
            except Exception:  # a defect, which must not look like a lost server
                self._record_end(TaskEnd("failed", error=UNEXPECTED))
                raise
            self._record_end(end)

    def stop(self) -> None:
        """Ends the task, or keeps it from starting. Returns when its command has ended."""
        with self._guard:
            self._stopped.set()
            command = self._command
        if command is not None:
            command.end()

    def _outcome(self) -> TaskEnd:
        try:
            with self._order.work() as line:
                output = self._run_command(line)
        except CommandFailed as failure:
            return TaskEnd("cancelled") if self._stopped.is_set() else TaskEnd("failed", error=str(failure))
        except RagappError as error:
            return TaskEnd("failed", error=str(error))
        except OSError as error:
            message = f"The command could not be run: {error}. Free some disk space or memory."
            return TaskEnd("failed", error=message)
        return TaskEnd("done", output=output or None)

    def _run_command(self, line: CommandLine) -> bytes:
        """The output of the command. Raises StorageError, OSError, and CommandFailed, also when stopped."""
        self._records.begin(self._id)
        with self._guard:
            if self._stopped.is_set():
                raise CommandFailed("The task was cancelled before it started.")
            self._command = Command(line, self._data_dir, patient=self._order.patient)
        output = self._command.follow(self._on_progress)
        if self._stopped.is_set():  # some commands exit with 0 after SIGTERM
            raise CommandFailed("The task was cancelled.")
        return output

    def _on_progress(self, step: str, share: float) -> None:
        self._progress = (step, share)

    @contextmanager
    def _lease_held(self) -> Iterator[None]:
        over = threading.Event()
        holding = threading.Thread(target=self._renew_lease, args=(over,), name="task-lease", daemon=True)
        holding.start()
        try:
            yield
        finally:
            over.set()
            holding.join()

    def _renew_lease(self, over: threading.Event) -> None:
        while not over.wait(HEARTBEAT):
            try:
                unfinished = self._records.hold(self._id, *self._progress)
            except StorageError as error:  # the lease may outlast the failure
                log.warning("The lease of task %s could not be renewed: %s", self._id, error)
            else:
                if not unfinished:
                    self.stop()
                    return

    def _record_end(self, end: TaskEnd) -> None:
        """Retries until the database accepts it; tries once when the server is stopping."""
        while True:
            try:
                self._records.end(self._id, end)
            except StorageError as error:
                log.warning("The end of task %s could not be recorded: %s", self._id, error)
                if self._stopped.wait(HEARTBEAT):
                    return
            else:
                return
