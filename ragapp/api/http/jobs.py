"""Ingest jobs over HTTP: what waits and why, how long each stage took, retry and cancel."""

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
    status: Annotated[
        list[Status] | None, Query(description="Only jobs in these states. Default: all but `ready`.")
    ] = None,
    count: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[JobState]:
    """List ingest jobs, newest first.

    The id of a job is the id of its document.
    """
    return service.jobs(collection, statuses=status or UNREADY, count=count)


@router.get("/{document_id}")
def show_job(document_id: str, service: Service) -> JobState:
    """Show the progress of a job.

    `why` explains its current state. The seconds spent in each stage are given.
    """
    return service.job(document_id)


@router.post("/{document_id}/retry")
def retry_job(document_id: str, service: Service) -> JobState:
    """Retry a job that failed or that waits to be retried. It resumes where it stopped."""
    return service.retry_job(document_id)


@router.post("/{document_id}/cancel")
def cancel_job(document_id: str, service: Service) -> JobState:
    """Cancel a job.

    What is already searchable stays so; deleting the document removes it.
    """
    return service.cancel_job(document_id)
