"""SqlTasks: the records of tasks, in the database of the documents.

The server that runs a task renews its lease there. A cancellation is only recorded: the server finds out when
it renews the lease.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, cast
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, delete, insert, or_, select, update

from ragapp.errors import ConflictError, NotFoundError
from ragapp.store import schema as t
from ragapp.store.collections import utc, utc_or_none
from ragapp.store.engine import WRITE
from ragapp.store.job_queue import Clock, database_clock
from ragapp.types import Task, TaskEnd, TaskKind

MAX_TASKS: Final = 100
"""Older tasks are deleted."""
UNFINISHED: Final = ("waiting", "running")
LOST: Final = "The server that ran this task no longer responds. Start the task again."


class SqlTasks:
    """TaskStore. `lease` is in seconds."""

    def __init__(self, engine: Engine, lease: float, clock: Clock = database_clock) -> None:
        self._reading = engine
        self._writing = engine.execution_options(**WRITE)
        self._lease = lease
        self._now = clock

    def add(self, kind: TaskKind, title: str) -> Task:
        with self._writing.begin() as c:
            now = self._now(c)
            task = Task(uuid4().hex, kind, title, "waiting", _moment(now))
            row = dict(id=task.id, kind=kind, title=title, state=task.state, asked_at=task.asked_at)
            c.execute(insert(t.tasks).values(row | {"lease_until": now + self._lease}))
            _delete_oldest(c, now)
            return task

    def begin(self, task_id: str) -> None:
        with self._writing.begin() as c:
            values = dict(state="running", started_at=_moment(self._now(c)))
            c.execute(update(t.tasks).where(*_unfinished(task_id)).values(values))

    def hold(self, task_id: str, step: str, share: float | None) -> bool:
        with self._writing.begin() as c:
            values = dict(lease_until=self._now(c) + self._lease, step=step, share=share)
            return bool(c.execute(update(t.tasks).where(*_unfinished(task_id)).values(values)).rowcount)

    def end(self, task_id: str, end: TaskEnd) -> None:
        with self._writing.begin() as c:
            _end(c, task_id, end, self._now(c))

    def cancel(self, task_id: str) -> Task:
        with self._writing.begin() as c:
            now = self._now(c)
            task = _task(_row(c, task_id, lock=True), now)
            if task.over:
                raise ConflictError(f"{task.title!r} has ended; there is nothing to cancel.")
            _end(c, task_id, TaskEnd("cancelled"), now)
            return _task(_row(c, task_id), now)

    def get(self, task_id: str) -> Task:
        with self._reading.begin() as c:
            return _task(_row(c, task_id), self._now(c))

    def all(self) -> list[Task]:
        with self._reading.begin() as c:
            now = self._now(c)
            return [_task(row, now) for row in c.execute(_without_output().order_by(*_NEWEST_FIRST))]

    def output(self, task_id: str) -> bytes:
        with self._reading.begin() as c:
            _row(c, task_id)
            output = c.scalar(select(t.tasks.c.output).where(t.tasks.c.id == task_id))
        if output is None:
            raise ConflictError(f"Task {task_id} has no result. GET /v1/tasks/{task_id} shows why.")
        return cast("bytes", output)


_NEWEST_FIRST: Final = (t.tasks.c.asked_at.desc(), t.tasks.c.id)


def _without_output() -> Select[Any]:
    """All columns but the output, which may be large."""
    return select(*(column for column in t.tasks.c if column is not t.tasks.c.output))


def _row(c: Connection, task_id: str, *, lock: bool = False) -> Row[Any]:
    query = _without_output().where(t.tasks.c.id == task_id)
    row = c.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFoundError(f"Task {task_id} does not exist. GET /v1/tasks lists the tasks.")
    return row


def _unfinished(task_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return t.tasks.c.id == task_id, t.tasks.c.state.in_(UNFINISHED)


def _end(c: Connection, task_id: str, end: TaskEnd, now: float) -> None:
    values = dict(state=end.state, error=end.error, output=end.output)
    over = dict(ended_at=_moment(now), lease_until=None, step="", share=None)
    c.execute(update(t.tasks).where(*_unfinished(task_id)).values(values | over))


def _delete_oldest(c: Connection, now: float) -> None:
    oldest = select(t.tasks.c.id).order_by(*_NEWEST_FIRST).offset(MAX_TASKS)
    over = or_(t.tasks.c.lease_until.is_(None), t.tasks.c.lease_until < now)
    c.execute(delete(t.tasks).where(t.tasks.c.id.in_(oldest), over))


def _moment(now: float) -> datetime:
    return datetime.fromtimestamp(now, UTC)


def _task(row: Row[Any], now: float) -> Task:
    lost = row.state in UNFINISHED and row.lease_until < now
    return Task(
        id=row.id,
        kind=row.kind,
        title=row.title,
        state="lost" if lost else row.state,
        asked_at=utc(row.asked_at),
        started_at=utc_or_none(row.started_at),
        ended_at=utc_or_none(row.ended_at),
        step="" if lost else row.step,
        share=None if lost else row.share,
        error=LOST if lost else row.error,
    )
