"""Work in the background over HTTP: start it, follow it, read its result, end it."""

from __future__ import annotations

from fastapi import APIRouter, Response

from ragapp import orders
from ragapp.doors.http.dependencies import Service
from ragapp.doors.wire import TaskRequest
from ragapp.errors import NotFoundError, UsageError
from ragapp.types import Order, Task

router = APIRouter(prefix="/v1/tasks", tags=["tasks"])

_RESULT: dict[int | str, dict[str, object]] = {
    200: {
        "content": {"application/json": {"schema": {}}},
        "description": "What its command prints with `--json`.",
    }
}


@router.post("", status_code=202)
def start_task(wanted: TaskRequest, service: Service, response: Response) -> Task:
    """Starts a check of everything, a reindex, or the fetching of a model, beside the server."""
    if wanted.kind == "fetch" and wanted.model not in {model.name for model in service.models()}:
        raise NotFoundError(
            f"There is no model {wanted.model!r}. GET /v1/admin/models lists those there are."
        )
    if wanted.kind == "reindex":
        service.collection(wanted.collection or "")
    task = service.tasks.start(_order(wanted))
    response.headers["Location"] = f"/v1/tasks/{task.id}"
    return task


@router.get("")
def list_tasks(service: Service) -> list[Task]:
    """Newest first, as many as are remembered."""
    return service.tasks.tasks()


@router.get("/{task_id}")
def show_task(task_id: str, service: Service) -> Task:
    """How far it is, or how it ended."""
    return service.tasks.task(task_id)


@router.get("/{task_id}/result", response_class=Response, responses=_RESULT)
def task_result(task_id: str, service: Service) -> Response:
    """The JSON document that it printed."""
    return Response(service.tasks.output(task_id), media_type="application/json")


@router.post("/{task_id}/cancel")
def cancel_task(task_id: str, service: Service) -> Task:
    """Ends it. What it has done so far stays done."""
    return service.tasks.cancel(task_id)


def _order(wanted: TaskRequest) -> Order:
    if wanted.kind == "reindex":
        if wanted.collection is None:
            raise UsageError("A reindex needs the `collection`.")
        return orders.reindex(wanted.collection, wanted.model)
    if wanted.kind == "fetch":
        if wanted.model is None:
            raise UsageError("Fetching needs the `model`.")
        return orders.fetch_model(wanted.model)
    return orders.doctor(repair=wanted.kind == "repair")
