"""The state of jobs for people: the stage, what a job waits for, and the time spent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from ragapp.errors import no_job
from ragapp.store import collections, queue_order
from ragapp.store import schema as t
from ragapp.store.collections import utc, utc_or_none
from ragapp.types import JobState, QueueDepth, Status

RESERVED = (
    "It waits for the `ragapp ingest --password` command that uploaded it, because only that knows the "
    "password. If the command has ended, run it again; `ragapp jobs retry` lets any worker try."
)


def newest_first(
    c: Connection, among: Sequence[str] | None, statuses: Sequence[Status], count: int, now: float
) -> list[JobState]:
    """Lists jobs, newest first. Raises NotFoundError for an unknown collection."""
    query = _newest_versions().where(t.versions.c.status.in_(statuses))
    if among is not None:
        query = query.where(t.collections.c.id.in_([collections.get(c, name).id for name in among]))
    rows = c.execute(query.order_by(t.versions.c.id.desc()).limit(count))
    return [_state(row, now) for row in rows]


def of_document(c: Connection, document_id: str, now: float) -> JobState:
    """Returns the state of the job of a document. Raises NotFoundError."""
    return _state(newest_version(c, document_id), now)


def depths(c: Connection) -> list[QueueDepth]:
    """The number and age of unfinished documents, by status."""
    oldest = func.min(t.versions.c.accepted_at)
    query = (
        select(t.versions.c.status, func.count().label("documents"), oldest.label("oldest"))
        .where(t.versions.c.status.in_(queue_order.UNFINISHED))
        .group_by(t.versions.c.status)
    )
    found = {row.status: row for row in c.execute(query)}
    now = datetime.now(UTC)
    return [_depth(status, found.get(status), now) for status in queue_order.UNFINISHED]


def _depth(status: Status, row: Row[Any] | None, now: datetime) -> QueueDepth:
    if row is None:
        return QueueDepth(status, 0, 0.0)
    return QueueDepth(status, row.documents, max(0.0, (now - utc(row.oldest)).total_seconds()))


def newest_version(c: Connection, document_id: str, *, lock: bool = False) -> Row[Any]:
    """The row of a document's newest version. With `lock`, it is locked until the commit. Raises
    NotFoundError.
    """
    query = _newest_versions().where(t.documents.c.id == document_id)
    row = c.execute(query.with_for_update(of=t.versions) if lock else query).one_or_none()
    if row is None:
        raise no_job(document_id)
    return row


def _newest_versions() -> Select[Any]:
    return (
        select(t.versions, t.documents.c.source, t.collections.c.name.label("collection"))
        .join(
            t.documents,
            (t.documents.c.id == t.versions.c.document_id)
            & (t.documents.c.newest_version == t.versions.c.version),
        )
        .join(t.collections, t.collections.c.id == t.documents.c.collection_id)
    )


def _state(row: Row[Any], now: float) -> JobState:
    return JobState(
        document_id=row.document_id,
        collection=row.collection,
        name=row.name,
        source=row.source,
        version=row.version,
        status=row.status,
        why=_why(row, now),
        lane=row.lane,
        owner=row.owner,
        attempts=row.attempts,
        trouble=row.trouble,
        troubles=row.troubles,
        not_before=None if row.not_before is None else datetime.fromtimestamp(row.not_before, UTC),
        worker=row.worker,
        accepted_at=utc(row.accepted_at),
        searchable_at=utc_or_none(row.searchable_at),
        ended_at=utc_or_none(row.ended_at),
        chunks=row.chunks,
        seconds=row.seconds,
    )


def _why(row: Row[Any], now: float) -> str:
    """One sentence that explains the state: the stage, what the job waits for, or why it failed."""
    if row.status == "failed":
        return str(row.error)
    if row.status == "ready":
        return "Every chunk can be found by keywords and by meaning."
    stage = "embedded" if row.status == "searchable" else "parsed"
    if row.worker is not None and row.lease_until >= now:
        return f"It is being {stage} by worker {row.worker}."
    if row.worker is not None:
        return (
            f"Worker {row.worker} stopped responding while it was being {stage}; another worker takes over."
        )
    if row.not_before is not None and row.not_before > now:
        return f"It will be tried again in {row.not_before - now:.0f} s, after this failure: {row.trouble}"
    waits = RESERVED if row.reserved_for else f"It waits for a worker to be {stage}."
    return waits + (f" The last failure was: {row.trouble}" if row.trouble else "")
