"""Invariants between the tables."""

from __future__ import annotations

import time
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Select, case, delete, exists, func, or_, select, update

from ragapp.store import queue_order
from ragapp.store import schema as t
from ragapp.store.checks.invariant import REPAIR, Invariant

LONGEST_HOLD = 24 * 3600.0
"""Seconds: no lease or pause is nearly as long. One that is was written by a clock that was wrong."""
AGAIN = "delete these documents and hand them in again: `ragapp documents delete`"


def row_invariants() -> tuple[Invariant, ...]:
    """In an order in which the mending of one leaves to the next ones what they mend."""
    return (
        Invariant("every document has its newest version, and its live one", _versionless, remedy=AGAIN),
        Invariant("every chunk is the text at its span", _off_their_text, remedy=AGAIN),
        Invariant("no chunk is there twice", _doubled, remedy=AGAIN),
        Invariant("only live versions have chunks", _dead_chunks, _delete_dead_chunks),
        Invariant("every vector belongs to a chunk", _orphan_vectors, _delete_orphan_vectors),
        Invariant(
            "every vector has its collection's dimension", _misshapen_vectors, _delete_misshapen_vectors
        ),
        Invariant(
            "every ready document has all its vectors",
            _ready_without_vectors,
            _embed_again,
            remedy=f"{REPAIR}: a worker then embeds them",
        ),
        Invariant("the change log has every change", _gaps_in_the_log, remedy="restore a backup"),
        Invariant("every job can end", _stuck_jobs, _free_stuck_jobs),
    )


def _versionless(c: Connection) -> Sequence[str]:
    newest = exists().where(
        t.versions.c.document_id == t.documents.c.id, t.versions.c.version == t.documents.c.newest_version
    )
    live = exists().where(
        t.versions.c.id == t.documents.c.live_version_id, t.versions.c.document_id == t.documents.c.id
    )
    broken = or_(~newest, t.documents.c.live_version_id.is_not(None) & ~live)
    return c.scalars(select(t.documents.c.id).where(broken)).all()


def _off_their_text(c: Connection) -> Sequence[str]:
    length = t.chunks.c.end - t.chunks.c.start
    there = func.substr(t.texts.c.text, t.chunks.c.start + 1, length)
    query = select(t.chunks.c.id).outerjoin(t.texts, t.texts.c.version_id == t.chunks.c.version_id)
    return c.scalars(query.where(or_(there.is_(None), there != t.chunks.c.text))).all()


def _doubled(c: Connection) -> Sequence[str]:
    span = (t.chunks.c.version_id, t.chunks.c.start, t.chunks.c.end)
    return c.scalars(select(func.min(t.chunks.c.id)).group_by(*span).having(func.count() > 1)).all()


def _dead() -> ColumnElement[bool]:
    return ~exists().where(t.documents.c.live_version_id == t.chunks.c.version_id)


def _dead_chunks(c: Connection) -> Sequence[str]:
    return c.scalars(select(t.chunks.c.id).where(_dead())).all()


def _delete_dead_chunks(c: Connection, _: Sequence[str]) -> None:
    c.execute(delete(t.chunks).where(_dead()))


def _orphaned() -> ColumnElement[bool]:
    return ~exists().where(t.chunks.c.digest == t.vectors.c.digest)


def _orphan_vectors(c: Connection) -> Sequence[str]:
    return c.scalars(select(t.vectors.c.digest).where(_orphaned())).all()


def _delete_orphan_vectors(c: Connection, _: Sequence[str]) -> None:
    c.execute(delete(t.vectors).where(_orphaned()))


def _misshapen() -> ColumnElement[bool]:
    return exists().where(
        t.collections.c.embedder == t.vectors.c.embedder,
        func.length(t.vectors.c.vector) != 4 * t.collections.c.dimension,
    )


def _misshapen_vectors(c: Connection) -> Sequence[str]:
    return c.scalars(select(t.vectors.c.digest).where(_misshapen())).all()


def _delete_misshapen_vectors(c: Connection, _: Sequence[str]) -> None:
    c.execute(delete(t.vectors).where(_misshapen()))


def _incomplete() -> Select[tuple[int]]:
    """The ids of ready versions that lack vectors."""
    known = exists().where(
        t.vectors.c.digest == t.chunks.c.digest, t.vectors.c.embedder == t.collections.c.embedder
    )
    return (
        select(t.versions.c.id)
        .join(t.documents, t.documents.c.live_version_id == t.versions.c.id)
        .join(t.collections, t.collections.c.id == t.documents.c.collection_id)
        .join(t.chunks, t.chunks.c.version_id == t.versions.c.id)
        .where(t.versions.c.status == "ready", ~known)
    )


def _ready_without_vectors(c: Connection) -> Sequence[str]:
    return c.scalars(select(t.versions.c.document_id).where(t.versions.c.id.in_(_incomplete()))).all()


def _embed_again(c: Connection, _: Sequence[str]) -> None:
    back = update(t.versions).where(t.versions.c.id.in_(_incomplete()))
    c.execute(back.values(queue_order.FRESH).values(status="searchable"))


def _gaps_in_the_log(c: Connection) -> Sequence[str]:
    """Revisions count from 1 without a gap, and every live version came in by one."""
    counted = select(func.count()).where(t.changes.c.collection_id == t.collections.c.id).scalar_subquery()
    gaps = c.scalars(select(t.collections.c.name).where(counted != t.collections.c.revision)).all()
    ready = case((t.versions.c.status == "ready", "embedded"), else_="parsed")
    logged = exists().where(t.changes.c.version_id == t.versions.c.id, t.changes.c.kind == ready)
    unlogged = c.scalars(
        select(t.documents.c.id)
        .join(t.versions, t.versions.c.id == t.documents.c.live_version_id)
        .where(t.versions.c.chunks > 0, ~logged)
    ).all()
    return [*gaps, *unlogged]


def _stuck() -> ColumnElement[bool]:
    held = t.versions.c.status.in_(queue_order.UNFINISHED)
    horizon = time.time() + LONGEST_HOLD
    too_long = or_(t.versions.c.lease_until > horizon, t.versions.c.not_before > horizon)
    return (held & too_long) | (~held & t.versions.c.worker.is_not(None) & (t.versions.c.status != "ready"))


def _stuck_jobs(c: Connection) -> Sequence[str]:
    return c.scalars(select(t.versions.c.document_id).where(_stuck())).all()


def _free_stuck_jobs(c: Connection, _: Sequence[str]) -> None:
    c.execute(update(t.versions).where(_stuck()).values(worker=None, lease_until=None, not_before=None))
