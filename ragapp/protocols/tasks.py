"""Work in the background."""

from __future__ import annotations

from typing import Protocol

from ragapp.types import Order, Task


class TaskBoard(Protocol):
    """Runs orders beside the server and remembers them. Safe for many threads."""

    def start(self, order: Order) -> Task:
        """Runs it as soon as its turn comes. Raises StorageError."""

    def tasks(self) -> list[Task]:
        """Newest first, as many as are remembered."""

    def task(self, task_id: str) -> Task:
        """Raises NotFoundError."""

    def output(self, task_id: str) -> bytes:
        """The JSON document that it printed. Raises NotFoundError, ConflictError while there is none."""

    def cancel(self, task_id: str) -> Task:
        """Ends it, or lets it never begin. Raises NotFoundError, ConflictError when it has ended."""

    def close(self) -> None:
        """Ends what runs."""
