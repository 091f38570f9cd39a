"""The job queue. The row of a version is its job, so that accepting and queueing are one commit, and the
state of a document in the queue cannot differ from the document's own.

A worker claims a row by writing its name and the end of its lease into it. A worker that died no longer
renews the lease, and once that has ended, another worker takes the row over. `queue_order` decides which row
is next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, case, func, select, update

from ragapp.errors import ConflictError
from ragapp.store import job_states, queue_order
from ragapp.store import schema as t
from ragapp.store.engine import WRITE, database_of
from ragapp.types import Job, JobState, Origin, QueueDepth, Status

MAX_ATTEMPTS = 3

FIRST_BACKOFF = 2.0
MAX_BACKOFF = 300.0
"""Seconds until a job is tried again after a transient failure; doubled with each one."""
MAX_DOUBLINGS = 16
"""Avoids an overflow after days of failures; the longest back-off is reached long before."""

CANCELLED = "Cancelled. `ragapp jobs retry` continues where it stopped."


Clock = Callable[[Connection], float]
"""Seconds since the epoch, the same for all workers."""


def database_clock(c: Connection) -> float:
    return database_of(c).now(c)


class SqlJobQueue:
    """JobQueue over the versions table. `lease` is in seconds."""

    def __init__(self, engine: Engine, lease: float, clock: Clock = database_clock) -> None:
        self._reading = engine
        self._writing = engine.execution_options(**WRITE)
        self._lease = lease
        self._now = clock

    # -- for workers

    def claim(self, worker: str, owner: str = "") -> Job | None:
        with self._writing.begin() as c:
            now = self._now(c)
            while free := queue_order.next_free(c, now, owner):
                row, position = free
                if row.attempts >= MAX_ATTEMPTS:
                    _end(c, row.id, f"Its worker died {MAX_ATTEMPTS} times. The file may be damaged.")
                    continue
                _claim_row(c, row, position, worker, now + self._lease)
                return _job(row, worker)
        return None

    def renew(self, job: Job) -> bool:
        with self._writing.begin() as c:
            values = dict(lease_until=self._now(c) + self._lease)
            return bool(c.execute(update(t.versions).where(*_holds_lease(job)).values(values)).rowcount)

    def fail(self, job: Job, reason: str) -> None:
        with self._writing.begin() as c:
            if _is_held(c, job):
                _end(c, job.version_id, reason)

    def release(self, job: Job) -> None:
        with self._writing.begin() as c:
            _give_back(c, job, {})

    def let_others_go_first(self, job: Job) -> None:
        with self._writing.begin() as c:
            _give_back(c, job, {"turn": queue_order.now_serving(c, "searchable", job.lane) + 1})

    def retry_later(self, job: Job, reason: str) -> None:
        with self._writing.begin() as c:
            row = c.execute(select(t.versions).where(*_holds_lease(job)).with_for_update()).one_or_none()
            if row is not None:
                backoff = min(FIRST_BACKOFF * 2 ** min(row.troubles, MAX_DOUBLINGS), MAX_BACKOFF)
                not_before = self._now(c) + backoff
                failure = {"troubles": row.troubles + 1, "trouble": reason, "not_before": not_before}
                _give_back(c, job, failure)

    def spent(self, job: Job, seconds: Mapping[str, float]) -> None:
        with self._writing.begin() as c:
            row = select(t.versions.c.seconds).where(t.versions.c.id == job.version_id)
            before = c.scalar(row.with_for_update())
            if before is not None:
                total = Counter(before) + Counter(seconds)
                c.execute(update(t.versions).where(t.versions.c.id == job.version_id).values(seconds=total))

    def waiting(self, owner: str | None = None) -> int:
        query = select(func.count()).where(t.versions.c.status.in_(queue_order.UNFINISHED))
        if owner is not None:
            query = query.where(t.versions.c.owner == owner)
        with self._reading.begin() as c:
            return c.execute(query).scalar_one()

    def depths(self) -> list[QueueDepth]:
        with self._reading.begin() as c:
            return job_states.depths(c)

    # -- for people

    def states(self, among: Sequence[str] | None, statuses: Sequence[Status], count: int) -> list[JobState]:
        with self._reading.begin() as c:
            return job_states.newest_first(c, among, statuses, count, self._now(c))

    def state(self, document_id: str) -> JobState:
        with self._reading.begin() as c:
            return job_states.of_document(c, document_id, self._now(c))

    def retry(self, document_id: str) -> JobState:
        with self._writing.begin() as c:
            version = job_states.newest_version(c, document_id, lock=True)
            if version.status == "ready":
                raise ConflictError(f"{version.name} is ready; there is nothing to retry.")
            now = self._now(c)
            is_held = version.worker is not None and version.lease_until >= now
            waits = version.not_before is not None or version.reserved_for
            if version.status == "failed" or (waits and not is_held):
                queue_order.requeue(c, version.id)
            return job_states.of_document(c, document_id, now)

    def cancel(self, document_id: str) -> JobState:
        with self._writing.begin() as c:
            version = job_states.newest_version(c, document_id, lock=True)
            if version.status not in queue_order.UNFINISHED:
                raise ConflictError(f"{version.name} is {version.status}; there is nothing to cancel.")
            _end(c, version.id, CANCELLED)
            return job_states.of_document(c, document_id, self._now(c))


def _claim_row(c: Connection, row: Row[Any], position: int, worker: str, until: float) -> None:
    c.execute(
        update(t.versions)
        .where(t.versions.c.id == row.id)
        .values(
            status="searchable" if row.status == "searchable" else "parsing",
            worker=worker,
            lease_until=until,
            turn=position,
            attempts=row.attempts + 1,
        )
    )


def _end(c: Connection, version_id: int, error: str) -> None:
    c.execute(
        update(t.versions)
        .where(t.versions.c.id == version_id)
        .values(status="failed", error=error, worker=None, lease_until=None, ended_at=datetime.now(UTC))
    )


def _give_back(c: Connection, job: Job, changed: Mapping[str, Any]) -> None:
    """Returns the job to the queue without counting the attempt."""
    back = case((t.versions.c.status == "parsing", "queued"), else_=t.versions.c.status)
    values = {"status": back, "worker": None, "lease_until": None, "attempts": job.attempt - 1, **changed}
    c.execute(update(t.versions).where(*_holds_lease(job)).values(values))


def _holds_lease(job: Job) -> tuple[Any, Any]:
    return t.versions.c.id == job.version_id, t.versions.c.worker == job.worker


def _is_held(c: Connection, job: Job) -> bool:
    held = select(t.versions.c.id).where(*_holds_lease(job)).with_for_update()
    return c.execute(held).one_or_none() is not None


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
        lane=row.lane,
        owner=row.owner,
        origin=Origin(row.request_id, row.traceparent),
    )
