"""Background tasks over HTTP: start, follow and cancel them, and read their results."""

from __future__ import annotations

from fastapi import APIRouter, Response

from ragapp.api.http.dependencies import Service
from ragapp.api.schemas import TaskRequest
from ragapp.errors import NotFoundError, UsageError
from ragapp.types import CommandLine, Task, TaskOrder

router = APIRouter(prefix="/v1/tasks", tags=["tasks"])

_RESULT: dict[int | str, dict[str, object]] = {
    200: {
        "content": {"application/json": {"schema": {}}},
        "description": "What the command prints with `--json`.",
    }
}


@router.post("", status_code=202)
def start_task(body: TaskRequest, service: Service, response: Response) -> Task:
    """Start a background task: a check or repair of the data, a reindex, or the download of a model."""
    if body.kind == "fetch" and body.model not in {model.name for model in service.models()}:
        raise NotFoundError(f"Unknown model {body.model!r}. GET /v1/admin/models lists the available ones.")
    if body.kind == "reindex":
        service.collection(body.collection or "")
    task = service.tasks.start(task_order(body))
    response.headers["Location"] = f"/v1/tasks/{task.id}"
    return task


@router.get("")
def list_tasks(service: Service) -> list[Task]:
    """List the recent tasks, newest first."""
    return service.tasks.tasks()


@router.get("/{task_id}")
def show_task(task_id: str, service: Service) -> Task:
    """Show the progress or the outcome of a task."""
    return service.tasks.task(task_id)


@router.get("/{task_id}/result", response_class=Response, responses=_RESULT)
def task_result(task_id: str, service: Service) -> Response:
    """Return the JSON document that the task printed."""
    return Response(service.tasks.output(task_id), media_type="application/json")


@router.post("/{task_id}/cancel")
def cancel_task(task_id: str, service: Service) -> Task:
    """Cancel a task. Work that it has completed is not undone."""
    return service.tasks.cancel(task_id)


def task_order(body: TaskRequest) -> TaskOrder:
    """The command for a request. Raises UsageError when its collection or model is missing."""
    match body.kind:
        case "doctor":
            return TaskOrder.to_run("doctor", "Check everything", CommandLine(("doctor",), ("--json",)))
        case "repair":
            line = CommandLine(("doctor",), ("--repair", "--json"))
            return TaskOrder.to_run("repair", "Check and repair everything", line)
        case "reindex":
            if body.collection is None:
                raise UsageError("A reindex task needs a `collection`. Add its name to the request.")
            return _reindex(body.collection, body.model)
        case "fetch":
            if body.model is None:
                raise UsageError(
                    "A fetch task needs a `model`. GET /v1/admin/models lists the available ones."
                )
            line = CommandLine(("models", "fetch"), (), (body.model,))
            return TaskOrder.to_run("fetch", f"Fetch {body.model}", line)


def _reindex(collection: str, embedder: str | None) -> TaskOrder:
    options = ("--json",) if embedder is None else ("--json", f"--embedder={embedder}")
    title = f"Reindex {collection} with {embedder or 'the embedder of the settings'}"
    line = CommandLine(("collections", "reindex"), options, (collection,))
    return TaskOrder.to_run("reindex", title, line, patient=True)
