"""The work on documents over HTTP: what waits and why, where the time went, retry and cancel."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from ragapp.api.http.dependencies import Service
from ragapp.service import UNREADY
from ragapp.types import JobState, Status

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])


@router.get("")
def list_jobs(
    service: Service,
    collection: str | None = None,
    status: Annotated[list[Status] | None, Query(description="By default all that are not ready.")] = None,
    count: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[JobState]:
    """The jobs accepted last, newest first. A job's id is its document's."""
    return service.jobs(collection, statuses=status or UNREADY, count=count)


@router.get("/{document_id}")
def show_job(document_id: str, service: Service) -> JobState:
    """How far it is, `why` it stands there, and the seconds that each stage took."""
    return service.job(document_id)


@router.post("/{document_id}/retry")
def retry_job(document_id: str, service: Service) -> JobState:
    """Takes failed or postponed work up again where it stopped."""
    return service.retry_job(document_id)


@router.post("/{document_id}/cancel")
def cancel_job(document_id: str, service: Service) -> JobState:
    """Ends the work. What is searchable already stays so; deleting the document removes it."""
    return service.cancel_job(document_id)
