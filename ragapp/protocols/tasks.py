"""Background tasks."""

from __future__ import annotations

from typing import Protocol

from ragapp.types import Task, TaskEnd, TaskKind, TaskOrder


class TaskService(Protocol):
    """Runs tasks beside the server and reports the tasks of all servers. Safe for many threads."""

    def start(self, order: TaskOrder) -> Task:
        """Runs the task as soon as its turn comes. Raises StorageError."""

    def tasks(self) -> list[Task]:
        """All stored tasks, newest first."""

    def task(self, task_id: str) -> Task:
        """Returns the task. Raises NotFoundError."""

    def output(self, task_id: str) -> bytes:
        """The JSON document that the task printed. Raises NotFoundError, ConflictError while there is
        none.
        """

    def cancel(self, task_id: str) -> Task:
        """Cancels the task. Its command ends, on whichever server it runs, or never starts.

        Raises NotFoundError, ConflictError when it has ended.
        """

    def close(self) -> None:
        """Ends the tasks that this server runs."""


class TaskStore(Protocol):
    """The records of tasks, shared by all servers. Safe for many threads and processes.

    The server that runs a task holds a lease on it. An unfinished task whose lease has expired is reported as
    `lost`, until its server renews the lease. Every method raises StorageError.
    """

    def add(self, kind: TaskKind, title: str) -> Task:
        """Adds a waiting task and leases it. The oldest finished tasks are deleted to make room."""

    def begin(self, task_id: str) -> None:
        """Marks the task as running, unless it has ended."""

    def hold(self, task_id: str, step: str, share: float | None) -> bool:
        """Records progress and renews the lease. Returns False when the task was cancelled."""

    def end(self, task_id: str, end: TaskEnd) -> None:
        """Records how the task ended. Does nothing when it has ended already."""

    def cancel(self, task_id: str) -> Task:
        """Cancels the task. Raises NotFoundError, ConflictError when it has ended."""

    def get(self, task_id: str) -> Task:
        """Returns the task. Raises NotFoundError."""

    def all(self) -> list[Task]:
        """All tasks, newest first."""

    def output(self, task_id: str) -> bytes:
        """What the task printed. Raises NotFoundError, ConflictError while there is nothing."""
