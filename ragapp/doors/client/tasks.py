"""ClientTasks: what a server does in the background."""

from __future__ import annotations

from urllib.parse import quote

from ragapp.doors.client.room import Room
from ragapp.doors.wire import TaskRequest, decode, encode
from ragapp.types import DoctorReport, Task


class ClientTasks(Room):
    """For admins of all collections; every method raises ForbiddenError for others."""

    def start_doctor(self, *, repair: bool = False) -> Task:
        """Checks every invariant; with `repair`, mends what can be mended."""
        return self._start(TaskRequest("repair" if repair else "doctor"))

    def start_reindex(self, collection: str, embedder: str | None = None) -> Task:
        """By default with the embedder of the settings. Raises NotFoundError."""
        return self._start(TaskRequest("reindex", collection=collection, model=embedder))

    def start_fetch(self, model: str) -> Task:
        """Raises NotFoundError for a model that is not catalogued."""
        return self._start(TaskRequest("fetch", model=model))

    def tasks(self) -> list[Task]:
        """Newest first, as many as are remembered."""
        return decode(list[Task], self._transport.send("GET", "/v1/tasks"))

    def task(self, task_id: str) -> Task:
        """Raises NotFoundError."""
        return decode(Task, self._transport.send("GET", _path(task_id)))

    def output(self, task_id: str) -> bytes:
        """The JSON document that it printed. Raises NotFoundError, ConflictError while there is none."""
        return self._transport.send("GET", f"{_path(task_id)}/result")

    def doctor_report(self, task_id: str) -> DoctorReport:
        """What a check found. Raises NotFoundError, ConflictError while there is none."""
        return decode(DoctorReport, self.output(task_id))

    def cancel(self, task_id: str) -> Task:
        """Raises NotFoundError, ConflictError when it has ended."""
        return decode(Task, self._transport.send("POST", f"{_path(task_id)}/cancel"))

    def _start(self, wanted: TaskRequest) -> Task:
        return decode(Task, self._transport.send("POST", "/v1/tasks", body=encode(TaskRequest, wanted)))


def _path(task_id: str) -> str:
    return f"/v1/tasks/{quote(task_id, safe='')}"
