"""TaskRunner: the TaskService of one server. Its tasks are visible to all servers."""

from __future__ import annotations

import threading
from pathlib import Path

from ragapp.protocols import TaskStore
from ragapp.tasks.command import GRACE
from ragapp.tasks.running_task import RunningTask
from ragapp.types import Task, TaskOrder


class TaskRunner:
    """Runs tasks on the data in `data_dir`: patient ones one at a time, the others as soon as they are
    started.
    """

    def __init__(self, records: TaskStore, data_dir: Path) -> None:
        self._records = records
        self._data_dir = data_dir
        self._patient = threading.Lock()
        self._running: dict[str, tuple[RunningTask, threading.Thread]] = {}

    def start(self, order: TaskOrder) -> Task:
        task = self._records.add(order.kind, order.title)
        task_run = RunningTask(order, task.id, self._records, self._data_dir)
        thread = threading.Thread(target=self._run, args=(task.id,), name=f"task-{order.kind}", daemon=True)
        self._running[task.id] = task_run, thread
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
        if found := self._running.get(task_id):
            task_run, _ = found
            task_run.stop()
        return task

    def close(self) -> None:
        running = list(self._running.values())
        for task_run, _ in running:
            task_run.stop()
        for _, thread in running:
            thread.join(GRACE)

    def _run(self, task_id: str) -> None:
        task_run, _ = self._running[task_id]
        try:
            task_run.run(self._patient)
        finally:
            del self._running[task_id]
