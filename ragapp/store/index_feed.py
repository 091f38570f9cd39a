"""What indexes and searches read: live chunks and vectors, and the chunks of a ranking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, exists, func, or_, select

from ragapp.store import schema as t
from ragapp.store.databases.database import damaged
from ragapp.types import Backlog, Hit, IndexEntry, Ranking, Vectors

IN_LIST = 500
"""Values in one IN clause: well below SQLite's limit of 32,766 variables, and fast to plan."""
BATCH = 4096
OWN_FIELDS = {"name": t.versions.c.name, "source": t.documents.c.source}
"""Fields that every document can be filtered by, besides its metadata."""


def entries(c: Connection, collection_id: int, version_ids: Iterable[int] | None) -> Iterator[IndexEntry]:
    columns = (t.chunks.c.key, t.chunks.c.version_id, t.chunks.c.text, t.chunks.c.heading)
    for query in _live_chunks(select(*columns), collection_id, version_ids):
        for row in c.execute(query, execution_options={"yield_per": BATCH}):
            yield IndexEntry(*row)


def vectors(
    c: Connection, collection_id: int, embedder: str, version_ids: Iterable[int] | None
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Vectors]]:
    base = select(t.chunks.c.key, t.chunks.c.version_id, t.vectors.c.vector).join(
        t.vectors, (t.vectors.c.digest == t.chunks.c.digest) & (t.vectors.c.embedder == embedder)
    )
    for query in _live_chunks(base, collection_id, version_ids):
        for rows in c.execute(query, execution_options={"yield_per": BATCH}).partitions():
            keys, versions, raw = zip(*rows, strict=True)
            if len({len(one) for one in raw}) > 1 or len(raw[0]) % np.dtype("<f4").itemsize:
                raise damaged("a vector has another length than it should")
            matrix = np.frombuffer(b"".join(raw), dtype="<f4").reshape(len(rows), -1)
            yield np.array(keys, np.int64), np.array(versions, np.int64), matrix.astype(np.float32)


def hits(c: Connection, collection_id: int, ranking: Ranking) -> list[Hit]:
    rows = {}
    version = t.versions.c
    is_live = (t.documents.c.id == version.document_id) & (t.documents.c.live_version_id == version.id)
    for keys in _slices([key for key, _ in ranking]):
        query = (
            select(
                t.chunks,
                version.document_id,
                version.name,
                version.version,
                t.documents.c.collection_id,
                t.texts.c.title,
            )
            .join(t.versions, version.id == t.chunks.c.version_id)
            .join(t.documents, is_live)
            .join(t.texts, t.texts.c.version_id == version.id)
            .where(t.chunks.c.key.in_(keys))
        )
        # The collection is compared here, since in the query it makes SQLite scan all of its documents.
        rows.update({row.key: row for row in c.execute(query) if row.collection_id == collection_id})
    return [_hit(rows[key], score) for key, score in ranking if key in rows]


def published_since(c: Connection, collection_id: int, revision: int) -> frozenset[tuple[str, int]]:
    query = (
        select(t.versions.c.document_id, t.versions.c.version)
        .join(t.changes, t.changes.c.version_id == t.versions.c.id)
        .where(
            t.changes.c.collection_id == collection_id,
            t.changes.c.revision > revision,
            t.changes.c.kind != "removed",
        )
    )
    return frozenset((document, version) for document, version in c.execute(query))


def versions_matching(c: Connection, collection_id: int, filters: Mapping[str, str]) -> frozenset[int]:
    query = (
        select(t.documents.c.live_version_id)
        .join(t.versions, t.versions.c.id == t.documents.c.live_version_id)
        .where(t.documents.c.collection_id == collection_id)
    )
    for key, value in filters.items():
        m = t.document_metadata.alias()
        has_value = exists().where(
            m.c.version_id == t.documents.c.live_version_id, m.c.key == key, m.c.value == value
        )
        query = query.where(or_(has_value, OWN_FIELDS[key] == value) if key in OWN_FIELDS else has_value)
    return frozenset(c.scalars(query))


def backlog(c: Connection, collection_id: int) -> Backlog:
    rows = c.execute(
        select(t.versions.c.status, func.count().label("documents"))
        .join(t.documents, t.documents.c.id == t.versions.c.document_id)
        .where(t.documents.c.collection_id == collection_id)
        .group_by(t.versions.c.status)
    )
    counts = {row.status: row.documents for row in rows}
    return Backlog(
        unparsed=counts.get("queued", 0) + counts.get("parsing", 0), unembedded=counts.get("searchable", 0)
    )


def _live_chunks(
    columns: Select[Any], collection_id: int, version_ids: Iterable[int] | None
) -> Iterator[Select[Any]]:
    """The query over live chunks by key, or several queries when there are many version ids."""
    query = (
        columns.join(t.documents, t.documents.c.live_version_id == t.chunks.c.version_id)
        .where(t.documents.c.collection_id == collection_id)
        .order_by(t.chunks.c.key)
    )
    if version_ids is None:
        yield query
    else:
        for part in _slices(list(version_ids)):
            yield query.where(t.chunks.c.version_id.in_(part))


def _slices(values: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(values), IN_LIST):
        yield values[start : start + IN_LIST]


def _hit(row: Any, score: float) -> Hit:
    return Hit(
        chunk_id=row.id,
        document_id=row.document_id,
        document_name=row.name,
        version=row.version,
        page=row.page,
        start=row.start,
        end=row.end,
        text=row.text,
        heading=row.heading,
        score=score,
        title=row.title,
    )
