"""The queue. A version's own row is its job, so accepting and queueing are one commit, and what the
queue says of a document can never differ from what the document says of itself.

A worker claims a row by writing its name and the end of its lease into it. A worker that died stops
renewing, and when the lease has ended the next one to ask takes the row over.
"""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Connection, Engine, Row, case, func, or_, select, update

from ragapp.store import schema as t
from ragapp.store.engine import WRITE
from ragapp.types import Job, Status

STRIKES = 3
UNFINISHED: tuple[Status, ...] = ("queued", "parsing", "searchable")


class SqlJobQueue:
    """JobQueue over the versions table. `lease` is in seconds."""

    def __init__(self, engine: Engine, lease: float) -> None:
        self._engine = engine.execution_options(**WRITE)
        self._lease = lease

    def claim(self, worker: str) -> Job | None:
        """Documents that nobody can find yet come first, then those that wait for their vectors."""
        with self._engine.begin() as c:
            while row := _next(c, time.time()):
                if row.attempts >= STRIKES:
                    _end(
                        c, row.id, "failed", f"It ended its worker {STRIKES} times. The file may be damaged."
                    )
                    continue
                _take(c, row, worker, time.time() + self._lease)
                return _job(row, worker)
        return None

    def renew(self, job: Job) -> bool:
        with self._engine.begin() as c:
            values = dict(lease_until=time.time() + self._lease)
            return bool(c.execute(update(t.versions).where(*_held(job)).values(values)).rowcount)

    def fail(self, job: Job, reason: str) -> None:
        with self._engine.begin() as c:
            if c.execute(select(t.versions.c.id).where(*_held(job))).one_or_none():
                _end(c, job.version_id, "failed", reason)

    def release(self, job: Job) -> None:
        with self._engine.begin() as c:
            back = case((t.versions.c.status == "parsing", "queued"), else_=t.versions.c.status)
            c.execute(
                update(t.versions)
                .where(*_held(job))
                .values(status=back, worker=None, lease_until=None, attempts=job.attempt - 1)
            )

    def waiting(self) -> int:
        with self._engine.begin() as c:
            query = select(func.count()).where(t.versions.c.status.in_(UNFINISHED))
            return c.execute(query).scalar_one()


def _next(c: Connection, now: float) -> Row[Any] | None:
    return c.execute(
        select(t.versions, t.collections.c.name.label("collection"))
        .join(t.documents, t.documents.c.id == t.versions.c.document_id)
        .join(t.collections, t.collections.c.id == t.documents.c.collection_id)
        .where(t.versions.c.status.in_(UNFINISHED))
        .where(or_(t.versions.c.lease_until.is_(None), t.versions.c.lease_until < now))
        .order_by(case((t.versions.c.status == "searchable", 1), else_=0), t.versions.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=t.versions)
    ).one_or_none()


def _take(c: Connection, row: Row[Any], worker: str, until: float) -> None:
    c.execute(
        update(t.versions)
        .where(t.versions.c.id == row.id)
        .values(
            status="searchable" if row.status == "searchable" else "parsing",
            worker=worker,
            lease_until=until,
            attempts=row.attempts + 1,
        )
    )


def _end(c: Connection, version_id: int, status: Status, error: str | None) -> None:
    c.execute(
        update(t.versions)
        .where(t.versions.c.id == version_id)
        .values(status=status, error=error, worker=None, lease_until=None)
    )


def _held(job: Job) -> tuple[Any, Any]:
    return t.versions.c.id == job.version_id, t.versions.c.worker == job.worker


def _job(row: Row[Any], worker: str) -> Job:
    return Job(
        version_id=row.id,
        document_id=row.document_id,
        collection=row.collection,
        name=row.name,
        version=row.version,
        sha256=row.sha256,
        media_type=row.media_type,
        attempt=row.attempts + 1,
        worker=worker,
        status=row.status,
    )
