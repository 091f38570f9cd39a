"""Documents and their versions in SQL: accepting and reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Row, case, delete, exists, func, insert, select, update

from ragapp.errors import NotFoundError
from ragapp.protocols import BlobStore
from ragapp.store import blob_references, listing, queue_order
from ragapp.store import schema as t
from ragapp.types import (
    Acceptance,
    Blob,
    Chunk,
    Collection,
    Heading,
    Origin,
    ParsedText,
    Status,
    UploadSpec,
)

UNREAD: tuple[Status, ...] = ("queued", "parsing")


def accept(
    c: Connection,
    blobs: BlobStore,
    collection: Collection,
    spec: UploadSpec,
    blob: Blob,
    *,
    media_type: str,
    recipe: str,
    origin: Origin,
) -> Acceptance:
    source, reserved_for = spec.source or spec.name, spec.owner if spec.reserved else ""
    blob_references.keep_blob(c, blob, blobs)
    document = c.execute(
        select(t.documents).where(
            t.documents.c.collection_id == collection.id, t.documents.c.source == source
        )
    ).one_or_none()
    newest = None if document is None else _newest(c, document)
    outcome: Literal["added", "updated", "unchanged"]
    if newest is not None and (newest.sha256, newest.recipe) == (blob.sha256, recipe):
        outcome = _accept_same(c, newest)
        document_id, version_id = newest.document_id, newest.id
        c.execute(
            update(t.versions)
            .where(t.versions.c.id == version_id)
            .values(
                name=spec.name, reserved_for=case((t.versions.c.status.in_(UNREAD), reserved_for), else_="")
            )
        )
        given = t.document_metadata.c.key.in_(spec.metadata)  # what the file says of itself stays
        c.execute(delete(t.document_metadata).where(t.document_metadata.c.version_id == version_id, given))
    else:
        outcome = "added" if document is None else "updated"
        document_id = _new_document(c, collection, source) if document is None else document.id
        version_id = _new_version(
            c,
            document_id=document_id,
            newest=newest,
            name=spec.name,
            blob=blob,
            media_type=media_type,
            recipe=recipe,
            place={
                **queue_order.place(c, "queued", spec.priority, spec.owner, queue_order.reading(blob.size)),
                "reserved_for": reserved_for,
            },
            origin=origin,
        )
    if spec.metadata:
        rows = [dict(version_id=version_id, key=key, value=value) for key, value in spec.metadata.items()]
        c.execute(insert(t.document_metadata), rows)
    return Acceptance(listing.document(c, document_id), outcome)


def parsed_text(c: Connection, document_id: str, version: int | None) -> ParsedText:
    row = c.execute(
        select(t.texts)
        .join(t.versions, t.versions.c.id == t.texts.c.version_id)
        .join(t.documents, t.documents.c.id == t.versions.c.document_id)
        .where(t.documents.c.id == document_id, _wanted(version))
    ).one_or_none()
    if row is None:
        which = "" if version is None else f" in version {version}"
        raise NotFoundError(
            f"There is no text of document {document_id}{which}. `ragapp documents show` tells its state."
        )
    headings = tuple(Heading(*heading) for heading in row.headings)
    return ParsedText(row.text, tuple(row.page_starts), headings, row.title)


def chunks(c: Connection, document_id: str, version: int | None, start: int, end: int | None) -> list[Chunk]:
    """Those that overlap text[start:end], in reading order."""
    row = t.chunks.c
    query = (
        select(row.start, row.end, row.text, row.page, row.heading)
        .join(t.versions, t.versions.c.id == row.version_id)
        .join(t.documents, t.documents.c.id == t.versions.c.document_id)
        .where(t.documents.c.id == document_id, row.end > start, _wanted(version))
        .order_by(row.start)
    )
    return [Chunk(*found) for found in c.execute(query if end is None else query.where(row.start < end))]


def _wanted(version: int | None) -> ColumnElement[bool]:
    """The live version unless one is named."""
    if version is None:
        return t.versions.c.id == t.documents.c.live_version_id
    return t.versions.c.version == version


def page_starts(c: Connection, document_id: str, version: int) -> tuple[int, ...]:
    """Empty when that version is gone."""
    found = c.execute(
        select(t.texts.c.page_starts)
        .join(t.versions, t.versions.c.id == t.texts.c.version_id)
        .where(t.versions.c.document_id == document_id, t.versions.c.version == version)
    ).scalar_one_or_none()
    return tuple(found or ())


def span(c: Connection, document_id: str, version: int, start: int, end: int) -> str:
    found = c.execute(
        select(func.substr(t.texts.c.text, start + 1, end - start))
        .join(t.versions, t.versions.c.id == t.texts.c.version_id)
        .where(t.versions.c.document_id == document_id, t.versions.c.version == version)
    ).scalar_one_or_none()
    if found is None:
        raise NotFoundError(f"Version {version} of document {document_id} is gone. Ask again.")
    return str(found)


def _newest(c: Connection, document: Row[Any]) -> Row[Any]:
    return c.execute(
        select(t.versions).where(
            t.versions.c.document_id == document.id, t.versions.c.version == document.newest_version
        )
    ).one()


def _accept_same(c: Connection, newest: Row[Any]) -> Literal["updated", "unchanged"]:
    if newest.status == "failed" or newest.not_before is not None:
        queue_order.again(c, newest.id)
    return "updated" if newest.status == "failed" else "unchanged"


def _new_document(c: Connection, collection: Collection, source: str) -> str:
    document_id = uuid4().hex
    c.execute(
        insert(t.documents).values(
            id=document_id, collection_id=collection.id, source=source, newest_version=0
        )
    )
    return document_id


def _new_version(
    c: Connection,
    *,
    document_id: str,
    newest: Row[Any] | None,
    name: str,
    blob: Blob,
    media_type: str,
    recipe: str,
    place: Mapping[str, Any],
    origin: Origin,
) -> int:
    version = 1 if newest is None else newest.version + 1
    c.execute(update(t.documents).where(t.documents.c.id == document_id).values(newest_version=version))
    made: int = c.execute(
        insert(t.versions)
        .values(
            document_id=document_id,
            version=version,
            name=name,
            sha256=blob.sha256,
            media_type=media_type,
            recipe=recipe,
            accepted_at=datetime.now(UTC),
            status="queued",
            **place,
            **asdict(origin),
        )
        .returning(t.versions.c.id)
    ).scalar_one()
    return made


def occurring_fragments(c: Connection, fragments: Sequence[str]) -> frozenset[str]:
    """Those of the fragments that stand in the text of any document."""
    return frozenset(
        one
        for one in fragments
        if c.execute(select(exists().where(t.texts.c.text.contains(one, autoescape=True)))).scalar()
    )
