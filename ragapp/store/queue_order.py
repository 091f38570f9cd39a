"""The order of the queue: interactive uploads before batches, owners by fair queueing, parsing before
embedding, and the shortest of an owner's documents first.

Each priority has two lines: documents to be parsed and documents to be embedded. Positions in a line (the
column `turn`) are assigned by start-time fair queueing (Goyal, Vin, Cheng 1996): a document gets the position
after its owner's last waiting one, but at least the lowest position that waits. So the ten thousand files of
one command are behind each other, and another owner's single file is beside the first of them.

A position belongs to the owner. It is used for the owner's document of the lowest rank, which is the time at
which it joined the line plus a number of seconds for each second of work that it is likely to need. So a
short document overtakes a long one, but only when it was uploaded within a time that depends on the length of
the long one: no document waits forever. `docs/research/queue-order.md` has measurements.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, Select, func, or_, select, update

from ragapp.store import schema as t
from ragapp.store.engine import database_of
from ragapp.types import Priority, Status

QueueLine = Literal["queued", "searchable"]

UNFINISHED: tuple[Status, ...] = ("queued", "parsing", "searchable")

PRIORITIES: tuple[Priority, ...] = ("interactive", "batch")

AGEING = 16.0
"""Seconds of waiting that count as much as one second less of work."""
BYTES_READ_PER_SECOND = 500_000
CHUNKS_EMBEDDED_PER_SECOND = 8
"""Roughly the speed of a laptop's core. Only the ratio to AGEING matters, so they need not be exact."""

_STAGES: tuple[Status, ...] = ("parsing", "queued", "searchable")
"""A document that waits in `parsing` has lost its worker, and was first in line before."""

RESET: Mapping[str, Any] = {
    "error": None,
    "attempts": 0,
    "troubles": 0,
    "trouble": None,
    "not_before": None,
    "worker": None,
    "lease_until": None,
    "ended_at": None,
    "reserved_for": "",
}
"""The values of a row that no worker holds and that has had no failures."""


def next_free(c: Connection, now: float, owner: str) -> tuple[Row[Any], int] | None:
    """The next version to work on, with its collection's name, and the position that it has to be given.

    The row is locked until the commit. Skips versions that a worker holds, or that are reserved for someone
    other than `owner`.
    """
    for priority in PRIORITIES:
        for status in _STAGES:
            waiting = _waiting(now, priority, status, owner)
            row = _first(c, waiting, t.versions.c.turn)
            if row is not None:
                return _shortest(c, waiting, row)
    return None


def place(
    c: Connection, line: QueueLine, priority: Priority, owner: str, seconds: float
) -> Mapping[str, Any]:
    """The values of a row that joins a line. `seconds` is the work that it is likely to need."""
    rank = database_of(c).now(c) + AGEING * seconds
    last = _extreme(c, func.max, line, t.versions.c.lane == priority, t.versions.c.owner == owner)
    position = max(last + 1, now_serving(c, line, priority))
    return {**RESET, "lane": priority, "owner": owner, "turn": position, "rank": rank}


def parsing_seconds(size: int) -> float:
    """The likely duration of parsing a document of `size` bytes."""
    return size / BYTES_READ_PER_SECOND


def embedding_seconds(chunks: int) -> float:
    """The likely duration of embedding `chunks` chunks."""
    return chunks / CHUNKS_EMBEDDED_PER_SECOND


def requeue(c: Connection, version_id: int) -> None:
    """Puts a version back into the queue at its former position. It is not parsed again if it was."""
    parsed = select(t.texts.c.version_id).where(t.texts.c.version_id == version_id)
    status: Status = "searchable" if c.execute(parsed).first() else "queued"
    c.execute(update(t.versions).where(t.versions.c.id == version_id).values(RESET).values(status=status))


def now_serving(c: Connection, line: QueueLine, priority: Priority) -> int:
    """The lowest position that waits for any worker. Reserved documents do not count: the process that may
    parse them may have ended long ago."""
    return max(0, _extreme(c, func.min, line, t.versions.c.lane == priority, t.versions.c.reserved_for == ""))


def _waiting(now: float, priority: Priority, status: Status, owner: str) -> Select[Any]:
    """Selects what may be claimed there, and locks it. Skips what other transactions have locked."""
    return (
        select(t.versions, t.collections.c.name.label("collection"))
        .join(t.documents, t.documents.c.id == t.versions.c.document_id)
        .join(t.collections, t.collections.c.id == t.documents.c.collection_id)
        .where(t.versions.c.status == status, t.versions.c.lane == priority)
        .where(t.versions.c.reserved_for.in_(("", owner)))
        .where(or_(t.versions.c.lease_until.is_(None), t.versions.c.lease_until < now))
        .where(or_(t.versions.c.not_before.is_(None), t.versions.c.not_before <= now))
        .with_for_update(skip_locked=True, of=t.versions)
    )


def _first(c: Connection, waiting: Select[Any], by: ColumnElement[Any]) -> Row[Any] | None:
    return c.execute(waiting.order_by(by, t.versions.c.id).limit(1)).one_or_none()


def _shortest(c: Connection, waiting: Select[Any], row: Row[Any]) -> tuple[Row[Any], int]:
    """The same owner's document of the lowest rank, and the position of `row`, which is given that of the
    document."""
    found = _first(c, waiting.where(t.versions.c.owner == row.owner), t.versions.c.rank)
    if found is None or found.id == row.id:
        return row, row.turn
    c.execute(update(t.versions).where(t.versions.c.id == row.id).values(turn=found.turn))
    return found, row.turn


def _extreme(c: Connection, function: Any, line: QueueLine, *conditions: Any) -> int:
    """The highest or lowest position in a line, -1 when it is empty. Takes one step in an index."""
    found = c.scalar(select(function(t.versions.c.turn)).where(t.versions.c.status == line, *conditions))
    return -1 if found is None else int(found)
