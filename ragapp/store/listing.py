"""Listings of documents, each as of its newest version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, case, func, select

from ragapp.errors import no_document
from ragapp.store import reading_gaps
from ragapp.store import schema as t
from ragapp.store.collections import utc
from ragapp.types import (
    Collection,
    Document,
    DocumentLabel,
    DocumentQuery,
    DocumentSort,
    Listing,
    ReadingGap,
)

_ORDERS: Final[Mapping[DocumentSort, ColumnElement[Any]]] = {
    "accepted": t.versions.c.id,
    "name": func.lower(t.versions.c.name),
    "size": t.blobs.c.size,
    "pages": t.versions.c.pages,
    "status": t.versions.c.status,
}


def document(c: Connection, document_id: str) -> Document:
    """Returns the document. Raises NotFoundError."""
    found = _documents(c, _select_documents().where(t.documents.c.id == document_id))
    if not found:
        raise no_document(document_id)
    return found[0]


def in_collection(c: Connection, collection: Collection) -> list[Document]:
    query = _select_documents().where(t.documents.c.collection_id == collection.id)
    return _documents(c, query.order_by(t.versions.c.id))


def labels(c: Connection, collection_id: int) -> list[DocumentLabel]:
    """What the live versions are called."""
    query = (
        select(t.versions.c.id, t.documents.c.id, t.versions.c.name, t.texts.c.title)
        .join_from(t.versions, t.documents, t.documents.c.live_version_id == t.versions.c.id)
        .join(t.texts, t.texts.c.version_id == t.versions.c.id)
        .where(t.documents.c.collection_id == collection_id)
    )
    return [DocumentLabel(*row) for row in c.execute(query)]


def page(c: Connection, collection: Collection, query: DocumentQuery) -> Listing:
    everything = _select_documents().where(t.documents.c.collection_id == collection.id)
    wanted = _filtered(everything, query)
    column = _ORDERS[query.order]
    # A tie-breaker, so that no document is on two pages of the list, or on none.
    ordered = wanted.order_by(column.desc() if query.descending else column.asc(), t.versions.c.id.desc())
    counts = c.execute(
        everything.with_only_columns(t.versions.c.status, func.count(), func.sum(t.blobs.c.size)).group_by(
            t.versions.c.status
        )
    ).all()
    return Listing(
        documents=tuple(_documents(c, ordered.offset(query.offset).limit(query.count))),
        matching=c.execute(wanted.with_only_columns(func.count())).scalar_one(),
        statuses={status: documents for status, documents, _ in counts},
        bytes=sum(int(size) for _, _, size in counts),
        with_gaps=c.execute(
            everything.where(reading_gaps.has_any()).with_only_columns(func.count())
        ).scalar_one(),
    )


def _filtered(select_: Select[Any], query: DocumentQuery) -> Select[Any]:
    """On SQLite, case is ignored for ASCII letters only: `É` does not find `é`."""
    if query.containing:
        select_ = select_.where(t.versions.c.name.icontains(query.containing, autoescape=True))
    if query.with_gaps:
        select_ = select_.where(reading_gaps.has_any())
    return select_.where(t.versions.c.status.in_(query.statuses)) if query.statuses else select_


def _select_documents() -> Select[Any]:
    """Each document as of its newest version, with the number of its live version."""
    live = t.versions.alias("live")
    embedded = (
        select(func.count())
        .select_from(t.chunks)
        .join(t.vectors, t.vectors.c.digest == t.chunks.c.digest)
        .where(t.chunks.c.version_id == t.versions.c.id, t.vectors.c.embedder == t.collections.c.embedder)
        .correlate(t.versions, t.collections)
        .scalar_subquery()
    )
    return (
        select(
            t.documents.c.id,
            t.documents.c.source,
            t.collections.c.name.label("collection"),
            live.c.version.label("live_version"),
            t.blobs.c.size,
            *(column for column in t.versions.c if column.name != "id"),
            t.versions.c.id.label("version_id"),
            case((t.versions.c.status == "searchable", embedded), else_=None).label("embedded"),
        )
        .join(t.collections, t.collections.c.id == t.documents.c.collection_id)
        .join(
            t.versions,
            (t.versions.c.document_id == t.documents.c.id)
            & (t.versions.c.version == t.documents.c.newest_version),
        )
        .join(t.blobs, t.blobs.c.sha256 == t.versions.c.sha256)
        .outerjoin(live, live.c.id == t.documents.c.live_version_id)
    )


def _documents(c: Connection, query: Select[Any]) -> list[Document]:
    rows = c.execute(query).all()
    metadata: dict[int, dict[str, str]] = defaultdict(dict)
    # Keeps the order, which a limit depends on.
    wanted = query.with_only_columns(t.versions.c.id)
    for version_id, key, value in c.execute(
        select(t.document_metadata).where(t.document_metadata.c.version_id.in_(wanted))
    ):
        metadata[version_id][key] = value
    gaps = reading_gaps.of_versions(c, wanted)
    return [_document(row, metadata.get(row.version_id, {}), gaps.get(row.version_id, ())) for row in rows]


def _document(row: Row[Any], metadata: Mapping[str, str], gaps: tuple[ReadingGap, ...]) -> Document:
    ready = row.chunks if row.status == "ready" else 0
    return Document(
        id=row.id,
        collection=row.collection,
        name=row.name,
        source=row.source,
        version=row.version,
        live_version=row.live_version,
        status=row.status,
        error=row.error,
        sha256=row.sha256,
        size=row.size,
        media_type=row.media_type,
        pages=row.pages,
        chunks=row.chunks,
        embedded=ready if row.embedded is None else row.embedded,
        accepted_at=utc(row.accepted_at),
        metadata=metadata,
        gaps=gaps,
    )
