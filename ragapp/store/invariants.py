"""The store's invariants: what must hold of its rows and blobs, and how to find and repair violations."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from ragapp.protocols import BlobStore
from ragapp.store import queue_order
from ragapp.store import schema as t
from ragapp.store.blob_references import free_blob, is_used

MAX_HOLD_SECONDS = 24 * 3600.0
"""No lease or pause is nearly as long. A longer one was written by a wrong clock."""
GRACE_SECONDS = 3600.0
"""How long a file may exist without a row: bytes are written to disk before their row is committed."""

REPAIR = "run `ragapp doctor --repair` to repair it"
UPLOAD_AGAIN = "delete these documents and upload them again: `ragapp documents delete`"
RESTORE_BYTES = "upload these documents again, or restore a backup: `ragapp restore FILE`"
RESTORE_ARTIFACTS = "restore a backup; a question set can be deleted and added again"


@dataclass(frozen=True, slots=True)
class Invariant:
    """An invariant of the database. `offenders` returns the violations, which are passed to `repair`.
    `remedy` tells people what to do.
    """

    name: str
    offenders: Callable[[Connection], Sequence[str]]
    repair: Callable[[Connection, Sequence[str]], None] | None = None
    remedy: str = REPAIR


def row_invariants() -> tuple[Invariant, ...]:
    """The invariants of rows, in the order in which they must be repaired: a repair may require
    later ones.
    """
    return (
        Invariant(
            "every document has its newest and its live version", _lacking_versions, remedy=UPLOAD_AGAIN
        ),
        Invariant("every chunk equals the text at its span", _differing_chunks, remedy=UPLOAD_AGAIN),
        Invariant("no chunk is duplicated", _duplicate_chunks, remedy=UPLOAD_AGAIN),
        Invariant("only live versions have chunks", _dead_chunks, _delete_dead_chunks),
        Invariant("every table lies in the text of its document", _misplaced_tables, remedy=UPLOAD_AGAIN),
        Invariant("only live versions have tables", _dead_tables, _delete_dead_tables),
        Invariant("every vector belongs to a chunk", _orphan_vectors, _delete_orphan_vectors),
        Invariant(
            "every vector has its collection's dimension",
            _wrong_vectors,
            _delete_wrong_vectors,
        ),
        Invariant(
            "every ready document has all its vectors",
            _documents_lacking_vectors,
            _embed_again,
            remedy=f"{REPAIR}; a worker then embeds them",
        ),
        Invariant("the change log is complete", _missing_changes, remedy="restore a backup"),
        Invariant("no job is stuck", _stuck_jobs, _free_stuck_jobs),
    )


def _lacking_versions(c: Connection) -> Sequence[str]:
    newest = exists().where(
        t.versions.c.document_id == t.documents.c.id, t.versions.c.version == t.documents.c.newest_version
    )
    live = exists().where(
        t.versions.c.id == t.documents.c.live_version_id, t.versions.c.document_id == t.documents.c.id
    )
    broken = or_(~newest, t.documents.c.live_version_id.is_not(None) & ~live)
    return c.scalars(select(t.documents.c.id).where(broken)).all()


def _differing_chunks(c: Connection) -> Sequence[str]:
    length = t.chunks.c.end - t.chunks.c.start
    stored = func.substr(t.texts.c.text, t.chunks.c.start + 1, length)
    query = select(t.chunks.c.id).outerjoin(t.texts, t.texts.c.version_id == t.chunks.c.version_id)
    return c.scalars(query.where(or_(stored.is_(None), stored != t.chunks.c.text))).all()


def _duplicate_chunks(c: Connection) -> Sequence[str]:
    span = (t.chunks.c.version_id, t.chunks.c.start, t.chunks.c.end)
    return c.scalars(select(func.min(t.chunks.c.id)).group_by(*span).having(func.count() > 1)).all()


def _dead() -> ColumnElement[bool]:
    return ~exists().where(t.documents.c.live_version_id == t.chunks.c.version_id)


def _dead_chunks(c: Connection) -> Sequence[str]:
    return c.scalars(select(t.chunks.c.id).where(_dead())).all()


def _delete_dead_chunks(c: Connection, _: Sequence[str]) -> None:
    c.execute(delete(t.chunks).where(_dead()))


def _misplaced_tables(c: Connection) -> Sequence[str]:
    """Tables that end, or have a cell that ends, behind the text."""
    ends = select(t.tables.c.version_id, t.tables.c.id, t.tables.c.end).union_all(
        select(t.tables.c.version_id, t.tables.c.id, func.max(t.table_cells.c.end))
        .join(t.table_cells, t.table_cells.c.table_id == t.tables.c.id)
        .group_by(t.tables.c.version_id, t.tables.c.id)
    )
    last = ends.subquery()
    lengths = select(t.texts.c.version_id, func.length(t.texts.c.text).label("length")).subquery()
    query = select(last.c.id).outerjoin(lengths, lengths.c.version_id == last.c.version_id)
    outside = or_(lengths.c.length.is_(None), last.c.end > lengths.c.length)
    return [str(table_id) for table_id in c.scalars(query.where(outside).distinct())]


def _without_live_version() -> ColumnElement[bool]:
    return ~exists().where(t.documents.c.live_version_id == t.tables.c.version_id)


def _dead_tables(c: Connection) -> Sequence[str]:
    return [str(table_id) for table_id in c.scalars(select(t.tables.c.id).where(_without_live_version()))]


def _delete_dead_tables(c: Connection, _: Sequence[str]) -> None:
    c.execute(delete(t.tables).where(_without_live_version()))


def _orphaned() -> ColumnElement[bool]:
    return ~exists().where(t.chunks.c.digest == t.vectors.c.digest)


def _orphan_vectors(c: Connection) -> Sequence[str]:
    return c.scalars(select(t.vectors.c.digest).where(_orphaned())).all()


def _delete_orphan_vectors(c: Connection, _: Sequence[str]) -> None:
    c.execute(delete(t.vectors).where(_orphaned()))


def _wrong_dimension() -> ColumnElement[bool]:
    return exists().where(
        t.collections.c.embedder == t.vectors.c.embedder,
        func.length(t.vectors.c.vector) != 4 * t.collections.c.dimension,
    )


def _wrong_vectors(c: Connection) -> Sequence[str]:
    return c.scalars(select(t.vectors.c.digest).where(_wrong_dimension())).all()


def _delete_wrong_vectors(c: Connection, _: Sequence[str]) -> None:
    c.execute(delete(t.vectors).where(_wrong_dimension()))


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


def _documents_lacking_vectors(c: Connection) -> Sequence[str]:
    return c.scalars(select(t.versions.c.document_id).where(t.versions.c.id.in_(_incomplete()))).all()


def _embed_again(c: Connection, _: Sequence[str]) -> None:
    incomplete = update(t.versions).where(t.versions.c.id.in_(_incomplete()))
    c.execute(incomplete.values(queue_order.RESET).values(status="searchable"))


def _missing_changes(c: Connection) -> Sequence[str]:
    """Revisions count from 1 without a gap, and every live version was added by one."""
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
    unfinished = t.versions.c.status.in_(queue_order.UNFINISHED)
    horizon = time.time() + MAX_HOLD_SECONDS
    too_long = or_(t.versions.c.lease_until > horizon, t.versions.c.not_before > horizon)
    held = t.versions.c.worker.is_not(None) & (t.versions.c.status != "ready")
    return (unfinished & too_long) | (~unfinished & held)


def _stuck_jobs(c: Connection) -> Sequence[str]:
    return c.scalars(select(t.versions.c.document_id).where(_stuck())).all()


def _free_stuck_jobs(c: Connection, _: Sequence[str]) -> None:
    c.execute(update(t.versions).where(_stuck()).values(worker=None, lease_until=None, not_before=None))


def blob_invariants(blobs: BlobStore) -> tuple[Invariant, ...]:
    return (
        Invariant("every blob row is in use", _unused_rows, partial(_free_rows, blobs)),
        Invariant("the bytes of every document exist", partial(_missing, blobs), remedy=RESTORE_BYTES),
        Invariant(
            "the bytes of every question set and evaluation exist",
            partial(_missing_artifacts, blobs),
            remedy=RESTORE_ARTIFACTS,
        ),
        Invariant("every blob matches its checksum", partial(_damaged, blobs), remedy=RESTORE_BYTES),
        Invariant("every stored blob has a row", partial(_strays, blobs), partial(_free, blobs)),
        Invariant(
            "no incomplete upload was left behind",
            lambda _: blobs.abandoned(GRACE_SECONDS),
            lambda _, names: blobs.clear_abandoned(names),
        ),
    )


def _unused_rows(c: Connection) -> Sequence[str]:
    return c.scalars(select(t.blobs.c.sha256).where(~is_used())).all()


def _free_rows(blobs: BlobStore, c: Connection, names: Sequence[str]) -> None:
    for sha256 in names:
        c.execute(delete(t.blobs).where(t.blobs.c.sha256 == sha256))
        free_blob(c, blobs, sha256)


def _missing(blobs: BlobStore, c: Connection) -> Sequence[str]:
    """The documents, since a person can upload those again."""
    rows = c.execute(
        select(t.versions.c.sha256, t.versions.c.name, t.versions.c.document_id).order_by(t.versions.c.id)
    )
    data = c.execute(
        select(t.tables.c.sha256, t.versions.c.name, t.versions.c.document_id)
        .join(t.versions, t.versions.c.id == t.tables.c.version_id)
        .where(t.tables.c.sha256.is_not(None))
        .order_by(t.tables.c.id)
    )
    return [
        f"{name} ({document_id})" for sha256, name, document_id in (*rows, *data) if not blobs.exists(sha256)
    ]


def _missing_artifacts(blobs: BlobStore, c: Connection) -> Sequence[str]:
    rows = c.execute(select(t.artifacts).order_by(t.artifacts.c.kind, t.artifacts.c.name))
    return [f"{row.kind} {row.name}" for row in rows if not blobs.exists(row.sha256)]


def _damaged(blobs: BlobStore, c: Connection) -> Sequence[str]:
    named = c.scalars(select(t.blobs.c.sha256).order_by(t.blobs.c.sha256)).all()
    return [sha256 for sha256 in named if blobs.exists(sha256) and not blobs.intact(sha256)]


def _strays(blobs: BlobStore, c: Connection) -> Sequence[str]:
    on_disk = list(blobs.all())  # listed first, so that blobs accepted meanwhile have a row
    named = set(c.scalars(select(t.blobs.c.sha256)))
    return sorted(
        sha256 for sha256 in on_disk if sha256 not in named and blobs.older_than(sha256, GRACE_SECONDS)
    )


def _free(blobs: BlobStore, c: Connection, names: Sequence[str]) -> None:
    for sha256 in names:
        free_blob(c, blobs, sha256)
