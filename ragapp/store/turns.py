"""The order of the queue: people before batches, owners in turns, what nobody can find yet before vectors,
and of an owner's documents the shortest first.

Turns are start-time fair queueing (Goyal, Vin, Cheng 1996): an owner's documents are numbered on from the
owner's last one that waits, beginning at the lowest number that waits in the lane. So the ten thousand
files of one command stand in line one behind the other, and another one's single file beside the first.
There are two lines in a lane, one to be read and one to be embedded; a document that was read joins the
second as it joined the first.

A turn is the owner's, not the document's: it goes to the one of lowest rank, which is the moment at which it
joined the line plus a number of seconds for each second of work it is likely to need. So a short document
overtakes a long one, and a long one is overtaken only by those that come in within a time that its length
sets: nobody waits for ever. `docs/research/queue-order.md` has the figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, Select, func, or_, select, update

from ragapp.store import schema as t
from ragapp.store.engine import database_of
from ragapp.types import Lane, Status

Line = Literal["queued", "searchable"]

UNFINISHED: tuple[Status, ...] = ("queued", "parsing", "searchable")

LANES: tuple[Lane, ...] = ("interactive", "batch")

AGEING = 16.0
"""Seconds of waiting that weigh as much as a second less of work."""
BYTES_READ_PER_SECOND = 500_000
CHUNKS_EMBEDDED_PER_SECOND = 8
"""About what a laptop's core does. Only their proportion to AGEING matters, so they need not be exact."""

_STAGES: tuple[Status, ...] = ("parsing", "queued", "searchable")
"""Who waits in `parsing` lost a worker, and was first in line before."""

FRESH: Mapping[str, Any] = {
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
"""The values of a row that nobody holds and nothing has happened to."""


def next_free(c: Connection, now: float, owner: str) -> Row[Any] | None:
    """The version to work on next that nobody holds, and its collection's name; locked until the commit.

    What is reserved for anybody but `owner` is passed over.
    """
    for lane in LANES:
        for status in _STAGES:
            waiting = _waiting(now, lane, status, owner)
            row = _first(c, waiting, t.versions.c.turn)
            if row is not None:
                return _shortest(c, waiting, row)
    return None


def place(c: Connection, line: Line, lane: Lane, owner: str, work: float) -> Mapping[str, Any]:
    """The values of a row that joins a line. `work` is how many seconds it may take."""
    rank = database_of(c).now(c) + AGEING * work
    last = _edge(c, func.max, line, t.versions.c.lane == lane, t.versions.c.owner == owner)
    turn = max(last + 1, now_serving(c, line, lane))
    return {**FRESH, "lane": lane, "owner": owner, "turn": turn, "rank": rank}


def reading(size: int) -> float:
    """Seconds that reading a document of so many bytes may take."""
    return size / BYTES_READ_PER_SECOND


def embedding(chunks: int) -> float:
    """Seconds that embedding so many chunks may take."""
    return chunks / CHUNKS_EMBEDDED_PER_SECOND


def again(c: Connection, version_id: int) -> None:
    """Puts a version back into the queue, at its old place; what was parsed stays parsed."""
    parsed = select(t.texts.c.version_id).where(t.texts.c.version_id == version_id)
    status: Status = "searchable" if c.execute(parsed).first() else "queued"
    c.execute(update(t.versions).where(t.versions.c.id == version_id).values(FRESH).values(status=status))


def now_serving(c: Connection, line: Line, lane: Lane) -> int:
    """The lowest turn that waits there for any worker: who alone may read the others may be long gone."""
    return max(0, _edge(c, func.min, line, t.versions.c.lane == lane, t.versions.c.reserved_for == ""))


def _waiting(now: float, lane: Lane, status: Status, owner: str) -> Select[Any]:
    """What may be taken there, locked once it is read; what others have locked is passed over."""
    return (
        select(t.versions, t.collections.c.name.label("collection"))
        .join(t.documents, t.documents.c.id == t.versions.c.document_id)
        .join(t.collections, t.collections.c.id == t.documents.c.collection_id)
        .where(t.versions.c.status == status, t.versions.c.lane == lane)
        .where(t.versions.c.reserved_for.in_(("", owner)))
        .where(or_(t.versions.c.lease_until.is_(None), t.versions.c.lease_until < now))
        .where(or_(t.versions.c.not_before.is_(None), t.versions.c.not_before <= now))
        .with_for_update(skip_locked=True, of=t.versions)
    )


def _first(c: Connection, waiting: Select[Any], by: ColumnElement[Any]) -> Row[Any] | None:
    return c.execute(waiting.order_by(by, t.versions.c.id).limit(1)).one_or_none()


def _shortest(c: Connection, waiting: Select[Any], row: Row[Any]) -> Row[Any]:
    """The document of the same owner whose rank is lowest; the row whose turn it was gets that one's turn."""
    found = _first(c, waiting.where(t.versions.c.owner == row.owner), t.versions.c.rank)
    if found is None or found.id == row.id:
        return row
    for version_id, turn in ((row.id, found.turn), (found.id, row.turn)):
        c.execute(update(t.versions).where(t.versions.c.id == version_id).values(turn=turn))
    return found


def _edge(c: Connection, edge: Any, line: Line, *conditions: Any) -> int:
    """The highest or lowest turn in a line, -1 when it is empty. A single step in an index."""
    found = c.scalar(select(edge(t.versions.c.turn)).where(t.versions.c.status == line, *conditions))
    return -1 if found is None else int(found)
