"""Work in the background."""

from __future__ import annotations

from typing import Protocol

from ragapp.types import Task, TaskEnd, TaskKind, TaskOrder


class TaskService(Protocol):
    """Runs orders beside the server. What it tells is of all servers' tasks. Safe for many threads."""

    def start(self, order: TaskOrder) -> Task:
        """Runs it as soon as its turn comes. Raises StorageError."""

    def tasks(self) -> list[Task]:
        """Newest first, as many as are remembered."""

    def task(self, task_id: str) -> Task:
        """Raises NotFoundError."""

    def output(self, task_id: str) -> bytes:
        """The JSON document that it printed. Raises NotFoundError, ConflictError while there is none."""

    def cancel(self, task_id: str) -> Task:
        """Over from now on; its command ends, wherever it runs, or never begins.

        Raises NotFoundError, ConflictError when it has ended.
        """

    def close(self) -> None:
        """Ends what this server runs."""


class TaskStore(Protocol):
    """The records of tasks, the same for every server. Safe for many threads and processes.

    The server that runs a task holds it by a lease. One that is not over and whose lease has ended is told
    as `lost`; when its server is heard of again, it goes on. Every method raises StorageError.
    """

    def add(self, kind: TaskKind, title: str) -> Task:
        """A new one that waits, held from now on. The oldest that are over make room."""

    def begin(self, task_id: str) -> None:
        """It runs from now on, unless it is over."""

    def hold(self, task_id: str, step: str, share: float | None) -> bool:
        """Notes how far it is and renews the lease. False when it is over, since somebody cancelled it."""

    def end(self, task_id: str, end: TaskEnd) -> None:
        """Nothing changes when it is over already."""

    def cancel(self, task_id: str) -> Task:
        """Over from now on. Raises NotFoundError, ConflictError when it has ended."""

    def get(self, task_id: str) -> Task:
        """Raises NotFoundError."""

    def all(self) -> list[Task]:
        """Newest first."""

    def output(self, task_id: str) -> bytes:
        """What it printed. Raises NotFoundError, ConflictError while there is nothing."""
