"""LocalTaskBoard: the TaskBoard of one server, over a folder."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from ragapp.errors import ConflictError
from ragapp.tasks.attended import AttendedTask
from ragapp.tasks.records import OVER, Records
from ragapp.types import Order, Task


class LocalTaskBoard:
    """Patient orders run one at a time, the others at once; `data_dir` is what they work on."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._records = Records(data_dir / "tasks")
        self._turns = threading.Lock()
        self._attended: dict[str, AttendedTask] = {}

    def start(self, order: Order) -> Task:
        task = Task(uuid4().hex, order.kind, order.title, "waiting", datetime.now(UTC))
        attended = AttendedTask(order, task, self._records, self._data_dir)
        self._attended[task.id] = attended
        threading.Thread(target=self._run, args=(task.id,), name=f"task-{order.kind}", daemon=True).start()
        return task

    def tasks(self) -> list[Task]:
        return self._records.all()

    def task(self, task_id: str) -> Task:
        return self._records.get(task_id)

    def output(self, task_id: str) -> bytes:
        return self._records.output(task_id)

    def cancel(self, task_id: str) -> Task:
        task, attended = self._records.get(task_id), self._attended.get(task_id)
        if task.state in OVER:
            raise ConflictError(f"{task.title!r} is over; there is nothing to cancel.")
        if attended is None:
            raise ConflictError(f"{task.title!r} is run by another server. Cancel it there.")
        return attended.cancel()

    def close(self) -> None:
        for attended in list(self._attended.values()):
            attended.cancel()

    def _run(self, task_id: str) -> None:
        self._attended[task_id].run(self._turns)
        del self._attended[task_id]
