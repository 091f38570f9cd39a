"""Switching a collection to another embedder: its vectors are added beside the old ones, then used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, select, update

from ragapp.store import publish
from ragapp.store import schema as t
from ragapp.types import Chunk, Unembedded, Vectors


def missing(c: Connection, collection_id: int, embedder: str) -> int:
    """The number of chunks of ready documents without a vector of that embedder."""
    return int(c.scalars(_ready(select(func.count()), collection_id, embedder)).one())


def unembedded(c: Connection, collection_id: int, embedder: str, after: int, limit: int) -> list[Unembedded]:
    columns = select(t.chunks.c.key, t.chunks.c.digest, t.chunks.c.heading, t.chunks.c.text)
    query = _ready(columns, collection_id, embedder).where(t.chunks.c.key > after)
    rows = c.execute(query.order_by(t.chunks.c.key).limit(limit))
    return [
        Unembedded(key, digest, Chunk(0, 0, text, 1, heading).embedding_text)
        for key, digest, heading, text in rows
    ]


def keep_vectors(c: Connection, embedder: str, digests: Sequence[str], vectors: Vectors) -> None:
    """Adds vectors, except those of texts that were deleted meanwhile and those that exist."""
    users = select(t.chunks.c.digest).where(t.chunks.c.digest.in_(digests)).order_by(t.chunks.c.key)
    wanted = set(c.scalars(users.with_for_update(read=True, key_share=True)))
    by_digest = {digest: vector for digest, vector in zip(digests, vectors, strict=True) if digest in wanted}
    publish.keep_vectors(c, embedder, by_digest)


def switch(c: Connection, collection_id: int, revision: int, embedder: str, dimension: int) -> bool:
    """Switches the collection to another embedder. Returns False, and changes nothing, when the collection is
    no longer at `revision` or vectors are missing.
    """
    switched = c.execute(
        update(t.collections)
        .where(t.collections.c.id == collection_id, t.collections.c.revision == revision)
        .where(_complete(collection_id, embedder))
        .values(embedder=embedder, dimension=dimension)
    )
    return bool(switched.rowcount)


def _complete(collection_id: int, embedder: str) -> ColumnElement[bool]:
    return ~_ready(select(t.chunks.c.key), collection_id, embedder).exists()


def _ready(columns: Select[Any], collection_id: int, embedder: str) -> Select[Any]:
    """Over the chunks of the collection's live, ready versions that have no vector of `embedder`."""
    known = exists().where(t.vectors.c.embedder == embedder, t.vectors.c.digest == t.chunks.c.digest)
    return (
        columns.select_from(t.chunks)
        .join(t.versions, t.versions.c.id == t.chunks.c.version_id)
        .join(t.documents, t.documents.c.live_version_id == t.versions.c.id)
        .where(t.documents.c.collection_id == collection_id, t.versions.c.status == "ready", ~known)
    )
