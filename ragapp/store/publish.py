"""Publishing a parsed version, and later its vectors."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
from sqlalchemy import Connection, Select, exists, func, insert, select, update

from ragapp.errors import ConflictError
from ragapp.store import collections, delete, document_tables, queue_order, reading_gaps
from ragapp.store import schema as t
from ragapp.store.engine import database_of
from ragapp.types import Chunk, DataTable, Job, ParsedText, Vectors


def publish(
    c: Connection, job: Job, parsed: ParsedText, chunks: Sequence[Chunk], tables: Sequence[DataTable]
) -> list[str]:
    """Makes a parsed version live. Returns the sha256 of blobs to be freed once this is committed."""
    collections.hold(c, t.collections.c.name == job.collection)
    _lock(c, job)
    _write_text(c, job, parsed)
    _write_chunks(c, job, chunks)
    document_tables.write(c, job.version_id, parsed, tables)
    reading_gaps.write(c, job.version_id, parsed.gaps)
    now = datetime.now(UTC)
    c.execute(
        update(t.versions)
        .where(t.versions.c.id == job.version_id)
        .values(
            queue_order.place(
                c, "searchable", job.lane, job.owner, queue_order.embedding_seconds(len(chunks))
            )
        )
        .values(status="searchable" if chunks else "ready", pages=parsed.pages, chunks=len(chunks))
        .values(searchable_at=now, ended_at=None if chunks else now)
    )
    return _go_live(c, job)


def chunks_without_vector(c: Connection, job: Job, embedder: str, limit: int) -> list[tuple[str, str]]:
    known = exists().where(t.vectors.c.embedder == embedder, t.vectors.c.digest == t.chunks.c.digest)
    rows = c.execute(
        select(t.chunks.c.digest, t.chunks.c.heading, t.chunks.c.text)
        .where(t.chunks.c.version_id == job.version_id, ~known)
        .where(t.chunks.c.key.in_(_first_of_each_digest(job.version_id)))
        .order_by(t.chunks.c.key)
        .limit(limit)
    )
    return [(digest, Chunk(0, 0, text, 1, heading).embedding_text) for digest, heading, text in rows]


def add_vectors(c: Connection, job: Job, embedder: str, digests: Sequence[str], vectors: Vectors) -> None:
    _lock(c, job)
    if len(digests) != len(vectors) or not np.isfinite(vectors).all():
        raise ValueError("One finite vector is needed for each digest.")
    keep_vectors(c, embedder, dict(zip(digests, vectors, strict=True)))
    # Only attempts without progress count. The rank decreases by the work that is done.
    rank = t.versions.c.rank - queue_order.AGEING * queue_order.embedding_seconds(len(digests))
    progress = dict(attempts=1, troubles=0, rank=rank)
    c.execute(update(t.versions).where(t.versions.c.id == job.version_id).values(progress))


def keep_vectors(c: Connection, embedder: str, by_digest: Mapping[str, Vectors]) -> None:
    """Adds vectors that are not known yet, in one order, to prevent deadlocks."""
    rows = [
        dict(embedder=embedder, digest=digest, vector=by_digest[digest].astype("<f4").tobytes())
        for digest in sorted(by_digest)
    ]
    if rows:
        database_of(c).insert_new(c, t.vectors, rows)


def publish_vectors(c: Connection, job: Job, embedder: str) -> None:
    collections.hold(c, t.collections.c.name == job.collection)
    _lock(c, job)
    if chunks_without_vector(c, job, embedder, 1):
        raise ConflictError("Some chunks have no vector yet; embed them first.")
    if not collections.has_embedder(c, job.collection, embedder):
        raise ConflictError(
            f"{job.name}: its collection now has another embedder, with which it will be embedded."
        )
    c.execute(
        update(t.versions)
        .where(t.versions.c.id == job.version_id)
        .values(queue_order.RESET)
        .values(status="ready", ended_at=datetime.now(UTC))
    )
    collection_id = c.scalar(
        select(t.documents.c.collection_id).where(t.documents.c.live_version_id == job.version_id)
    )
    if collection_id is not None:
        collections.log_change(c, collection_id, job.version_id, "embedded")


def _lock(c: Connection, job: Job) -> None:
    """Makes sure that the worker still holds the job, until the commit. Raises ConflictError.

    Not by an update: PostgreSQL checks the foreign keys of a row that one transaction updates twice, and
    waits for the blob's row to do so, which comes later in the order of locks than the vectors.
    """
    held = select(t.versions.c.id).where(t.versions.c.id == job.version_id, t.versions.c.worker == job.worker)
    if c.execute(held.with_for_update(key_share=True)).one_or_none() is None:
        raise ConflictError(
            f"{job.name}: another worker has taken the job over, or the document was deleted; nothing to do."
        )


def _write_text(c: Connection, job: Job, parsed: ParsedText) -> None:
    headings = [(heading.level, heading.start, heading.end) for heading in parsed.headings]
    c.execute(
        insert(t.texts).values(
            version_id=job.version_id,
            text=parsed.text,
            page_starts=list(parsed.page_starts),
            headings=headings,
            title=parsed.title,
        )
    )
    metadata = {**({"title": parsed.title} if parsed.title else {}), **parsed.metadata}
    known = set(
        c.scalars(select(t.document_metadata.c.key).where(t.document_metadata.c.version_id == job.version_id))
    )
    rows = [
        dict(version_id=job.version_id, key=key, value=value)
        for key, value in metadata.items()
        if key not in known  # metadata that the user gave takes precedence over the file's
    ]
    if rows:
        c.execute(insert(t.document_metadata), rows)


def _write_chunks(c: Connection, job: Job, chunks: Sequence[Chunk]) -> None:
    rows = [
        dict(
            id=_digest(job.document_id, str(job.version), str(chunk.start), str(chunk.end), chunk.text),
            version_id=job.version_id,
            start=chunk.start,
            end=chunk.end,
            page=chunk.page,
            heading=chunk.heading,
            text=chunk.text,
            digest=_digest(chunk.embedding_text),
        )
        for chunk in chunks
    ]
    if rows:
        c.execute(insert(t.chunks), rows)


def _go_live(c: Connection, job: Job) -> list[str]:
    """Makes the version live, unless a newer one is; removes all older ones."""
    document = c.execute(select(t.documents).where(t.documents.c.id == job.document_id)).one()
    live = c.scalar(select(t.versions.c.version).where(t.versions.c.id == document.live_version_id))
    if live is not None and live > job.version:
        return delete.remove_versions(c, document.collection_id, t.versions.c.id == job.version_id)
    older = (t.versions.c.document_id == job.document_id) & (t.versions.c.version < job.version)
    unused = delete.remove_versions(c, document.collection_id, older)
    c.execute(
        update(t.documents).where(t.documents.c.id == job.document_id).values(live_version_id=job.version_id)
    )
    collections.log_change(c, document.collection_id, job.version_id, "parsed")
    return unused


def _first_of_each_digest(version_id: int) -> Select[tuple[int]]:
    return (
        select(func.min(t.chunks.c.key))
        .where(t.chunks.c.version_id == version_id)
        .group_by(t.chunks.c.digest)
    )


def _digest(*parts: str) -> str:
    """128 bits over the parts, each preceded by its length so that different lists of parts differ."""
    hasher = hashlib.sha256()
    for part in parts:
        encoded = part.encode()
        hasher.update(len(encoded).to_bytes(8, "big"))
        hasher.update(encoded)
    return hasher.hexdigest()[:32]
