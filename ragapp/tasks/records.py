"""What is remembered of tasks: a folder each, with its record, what it printed and what it logged.

A lock file says that the process that looks after a task lives. A task that is not over and that nobody
holds was lost with its server.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from ragapp.errors import ConflictError, NotFoundError, StorageError
from ragapp.types import Task, TaskState

KEPT = 100
"""Tasks remembered; the oldest make room."""
OVER: frozenset[TaskState] = frozenset({"done", "failed", "cancelled", "lost"})
LOST = "The server ended while this ran. Start it again."


class Records:
    """The tasks in a folder, which several servers may share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, task: Task) -> FileLock:
        """Remembers it, and holds it until the lock is released. Raises StorageError."""
        place = self.place(task.id)
        try:
            place.mkdir(parents=True)
        except OSError as error:
            raise StorageError(f"Cannot make {place}: {error.strerror}. Free some disk space.") from error
        lock = FileLock(place / "lock", thread_local=False)
        lock.acquire()
        self.keep(task)
        self._forget_old()
        return lock

    def keep(self, task: Task) -> None:
        path = self.place(task.id) / "task.json"
        unfinished = path.with_suffix(".tmp")
        unfinished.write_bytes(TypeAdapter(Task).dump_json(task))
        unfinished.replace(path)

    def get(self, task_id: str) -> Task:
        """Raises NotFoundError."""
        if task_id.isalnum() and (found := self._read(self.place(task_id))):
            return found
        raise NotFoundError(f"There is no task {task_id}. GET /v1/tasks lists those that are remembered.")

    def all(self) -> list[Task]:
        """Newest first."""
        return sorted(self._all(), key=lambda task: task.asked_at, reverse=True)

    def output(self, task_id: str) -> bytes:
        """Raises NotFoundError, ConflictError."""
        self.get(task_id)
        path = self.place(task_id) / "output.json"
        if not path.is_file() or not path.stat().st_size:
            raise ConflictError(f"Task {task_id} has no result. GET /v1/tasks/{task_id} says why.")
        return path.read_bytes()

    def place(self, task_id: str) -> Path:
        return self._folder / task_id

    def _all(self) -> Iterator[Task]:
        if self._folder.is_dir():
            yield from filter(None, map(self._read, self._folder.iterdir()))

    def _read(self, place: Path) -> Task | None:
        try:
            task = TypeAdapter(Task).validate_json((place / "task.json").read_bytes())
        except (OSError, ValidationError):  # not written yet, or being forgotten
            return None
        if task.state in OVER or _is_held(place):
            return task
        return replace(task, state="lost", error=LOST)

    def _forget_old(self) -> None:
        for task in self.all()[KEPT:]:
            if task.state in OVER:
                shutil.rmtree(self.place(task.id), ignore_errors=True)


def _is_held(place: Path) -> bool:
    try:
        with FileLock(place / "lock", timeout=0):
            return False
    except Timeout:
        return True
    except OSError:  # forgotten just now
        return False
