"""Work in the background: for admins of all collections, since it runs on the machine itself."""

from __future__ import annotations

from ragapp.authorization.policy import Authorized
from ragapp.types import Task, TaskOrder


class AuthorizedTasks(Authorized):
    """The methods of TaskService; each raises ForbiddenError for all but admins of all collections."""

    def start(self, order: TaskOrder) -> Task:
        """Raises StorageError."""
        with self._noted(f"start {order.kind}", order.title):
            self._rights.need_everywhere("admin")
            return self._service.tasks.start(order)

    def tasks(self) -> list[Task]:
        """Newest first, as many as are remembered."""
        self._rights.need_everywhere("admin")
        return self._service.tasks.tasks()

    def task(self, task_id: str) -> Task:
        """Raises NotFoundError."""
        self._rights.need_everywhere("admin")
        return self._service.tasks.task(task_id)

    def output(self, task_id: str) -> bytes:
        """The JSON document that it printed. Raises NotFoundError, ConflictError while there is none."""
        self._rights.need_everywhere("admin")
        return self._service.tasks.output(task_id)

    def cancel(self, task_id: str) -> Task:
        """Raises NotFoundError, ConflictError when it has ended."""
        with self._noted("cancel task", task_id):
            self._rights.need_everywhere("admin")
            return self._service.tasks.cancel(task_id)
