"""`ragapp jobs …`: the ingest of documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from ragapp.terminal.options import AsJson, DataDir, open_service
from ragapp.terminal.output import console, print_json, print_table

if TYPE_CHECKING:
    from ragapp.service import RagService
    from ragapp.types import JobState, Status

app = typer.Typer(help="Show, retry and cancel ingest jobs.", no_args_is_help=True)
JobIds = Annotated[
    list[str], typer.Argument(help="Ids of the jobs, which are those of their documents.", show_default=False)
]
OfCollection = Annotated[
    str | None, typer.Option("--collection", "-c", help="Only jobs of this collection.", show_default=False)
]


@app.command("list")
def list_jobs(
    collection: OfCollection = None,
    status: Annotated[
        list[str] | None,
        typer.Option(
            help="queued, parsing, searchable, ready or failed. May be repeated. Default: all but ready.",
            show_default=False,
        ),
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="Number of jobs, newest first.")] = 100,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List jobs that wait, run or have failed, newest first.

    Examples:

      ragapp jobs list

      ragapp jobs list --status failed --json
    """
    from ragapp.service import UNREADY

    statuses = _statuses(status) if status else UNREADY
    with open_service(data_dir) as service:
        jobs = service.jobs(collection, statuses=statuses, count=count)
    if as_json:
        print_json(jobs)
        return
    rows = ((j.document_id, j.name, j.collection, j.status, j.lane, j.why) for j in jobs)
    print_table(("id", "name", "collection", "status", "priority", "why"), rows)


@app.command()
def show(
    job_id: Annotated[str, typer.Argument(help="Id of the job, which is that of its document.")],
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Show the progress of a job, the reason for its state, and the time each stage took.

    Example: ragapp jobs show 3f2b…
    """
    with open_service(data_dir) as service:
        job = service.job(job_id)
    if as_json:
        print_json(job)
        return
    print_table(("field", "value"), ((name, getattr(job, name)) for name in job.__dataclass_fields__))


@app.command()
def retry(job_ids: JobIds, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Retry jobs that failed or that wait to be retried. They resume where they stopped, in `ragapp worker`.

    Example: ragapp jobs retry 3f2b… 9ac1…
    """
    _change(lambda service, job_id: service.retry_job(job_id), job_ids, data_dir, as_json=as_json)


@app.command()
def cancel(job_ids: JobIds, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Cancel jobs. What is already searchable stays so; `ragapp documents delete` removes it.

    Example: ragapp jobs cancel 3f2b…
    """
    _change(lambda service, job_id: service.cancel_job(job_id), job_ids, data_dir, as_json=as_json)


def _change(
    change: Callable[[RagService, str], JobState], job_ids: list[str], data_dir: DataDir, *, as_json: bool
) -> None:
    with open_service(data_dir) as service:
        jobs = [change(service, job_id) for job_id in job_ids]
    if as_json:
        print_json(jobs)
        return
    for job in jobs:
        console().print(f"{job.name}: {job.why}", markup=False)


def _statuses(given: list[str]) -> list[Status]:
    """Raises UsageError for an unknown status."""
    from typing import get_args

    from ragapp.errors import UsageError
    from ragapp.types import Status as KnownStatus

    known: tuple[Status, ...] = get_args(KnownStatus)
    if wrong := set(given) - set(known):
        raise UsageError(f"Unknown status {', '.join(sorted(wrong))}. Available: {', '.join(known)}.")
    return [status for status in known if status in given]
