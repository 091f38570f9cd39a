"""TaskRunner: the TaskService of one server, whose tasks every other server sees."""

from __future__ import annotations

import threading
from pathlib import Path

from ragapp.protocols import TaskStore
from ragapp.tasks.command import GRACE
from ragapp.tasks.running_task import RunningTask
from ragapp.types import Task, TaskOrder


class TaskRunner:
    """Patient orders run one at a time, the others at once; `data_dir` is what they work on."""

    def __init__(self, records: TaskStore, data_dir: Path) -> None:
        self._records = records
        self._data_dir = data_dir
        self._turns = threading.Lock()
        self._attended: dict[str, tuple[RunningTask, threading.Thread]] = {}

    def start(self, order: TaskOrder) -> Task:
        task = self._records.add(order.kind, order.title)
        attended = RunningTask(order, task.id, self._records, self._data_dir)
        thread = threading.Thread(target=self._run, args=(task.id,), name=f"task-{order.kind}", daemon=True)
        self._attended[task.id] = attended, thread
        thread.start()
        return task

    def tasks(self) -> list[Task]:
        return self._records.all()

    def task(self, task_id: str) -> Task:
        return self._records.get(task_id)

    def output(self, task_id: str) -> bytes:
        return self._records.output(task_id)

    def cancel(self, task_id: str) -> Task:
        task = self._records.cancel(task_id)
        if found := self._attended.get(task_id):
            attended, _ = found
            attended.stop()
        return task

    def close(self) -> None:
        running = list(self._attended.values())
        for attended, _ in running:
            attended.stop()
        for _, thread in running:
            thread.join(GRACE)

    def _run(self, task_id: str) -> None:
        attended, _ = self._attended[task_id]
        try:
            attended.run(self._turns)
        finally:
            del self._attended[task_id]
