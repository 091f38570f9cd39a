"""Documents and their versions in SQL: accepting them and changing their metadata."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import Connection, Row, case, delete, insert, or_, select, update

from ragapp.errors import no_document
from ragapp.store import collections, listing, queue_order
from ragapp.store import schema as t
from ragapp.store.blob_references import NewBlob
from ragapp.types import Acceptance, Blob, Collection, Document, Origin, Status, UploadSpec

UNREAD: tuple[Status, ...] = ("queued", "parsing")


def accept(
    c: Connection,
    collection: Collection,
    spec: UploadSpec,
    new_blob: NewBlob,
    *,
    media_type: str,
    fingerprint: str,
    origin: Origin,
) -> Acceptance:
    """Adds the document, or a version of it; the same bytes with the same fingerprint need no new version."""
    source, reserved_for = spec.source or spec.name, spec.owner if spec.reserved else ""
    blob = new_blob.keep(c)
    document = c.execute(
        select(t.documents).where(
            t.documents.c.collection_id == collection.id, t.documents.c.source == source
        )
    ).one_or_none()
    newest = None if document is None else _newest(c, document)
    outcome: Literal["added", "updated", "unchanged"]
    if newest is not None and (newest.sha256, newest.recipe) == (blob.sha256, fingerprint):
        outcome = _accept_same(c, newest)
        document_id, version_id = newest.document_id, newest.id
        c.execute(
            update(t.versions)
            .where(t.versions.c.id == version_id)
            .values(
                name=spec.name, reserved_for=case((t.versions.c.status.in_(UNREAD), reserved_for), else_="")
            )
        )
        given = t.document_metadata.c.key.in_(spec.metadata)  # metadata from the file itself is kept
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
            fingerprint=fingerprint,
            place={
                **queue_order.place(
                    c, "queued", spec.priority, spec.owner, queue_order.parsing_seconds(blob.size)
                ),
                "reserved_for": reserved_for,
            },
            origin=origin,
        )
    if spec.metadata:
        rows = [dict(version_id=version_id, key=key, value=value) for key, value in spec.metadata.items()]
        c.execute(insert(t.document_metadata), rows)
    return Acceptance(listing.document(c, document_id), outcome)


def change_metadata(c: Connection, document_id: str, changes: Mapping[str, str | None]) -> Document:
    """Sets each key to its value, or removes it where that is None; other keys are kept.

    Changes the live version, by which searches filter, and the newest one. Raises NotFoundError.
    """
    its_collection = select(t.documents.c.collection_id).where(t.documents.c.id == document_id)
    collections.hold(c, t.collections.c.id.in_(its_collection))
    versions = c.scalars(
        select(t.versions.c.id)
        .join(t.documents, t.documents.c.id == t.versions.c.document_id)
        .where(
            t.documents.c.id == document_id,
            or_(
                t.versions.c.version == t.documents.c.newest_version,
                t.versions.c.id == t.documents.c.live_version_id,
            ),
        )
    ).all()
    if not versions:
        raise no_document(document_id)
    named = t.document_metadata.c.key.in_(changes)
    c.execute(delete(t.document_metadata).where(t.document_metadata.c.version_id.in_(versions), named))
    rows = [
        dict(version_id=version, key=key, value=value)
        for version in versions
        for key, value in changes.items()
        if value is not None
    ]
    if rows:
        c.execute(insert(t.document_metadata), rows)
    return listing.document(c, document_id)


def _newest(c: Connection, document: Row[Any]) -> Row[Any]:
    return c.execute(
        select(t.versions).where(
            t.versions.c.document_id == document.id, t.versions.c.version == document.newest_version
        )
    ).one()


def _accept_same(c: Connection, newest: Row[Any]) -> Literal["updated", "unchanged"]:
    if newest.status == "failed" or newest.not_before is not None:
        queue_order.requeue(c, newest.id)
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
    fingerprint: str,
    place: Mapping[str, Any],
    origin: Origin,
) -> int:
    version = 1 if newest is None else newest.version + 1
    c.execute(update(t.documents).where(t.documents.c.id == document_id).values(newest_version=version))
    version_id: int = c.execute(
        insert(t.versions)
        .values(
            document_id=document_id,
            version=version,
            name=name,
            sha256=blob.sha256,
            media_type=media_type,
            recipe=fingerprint,
            accepted_at=datetime.now(UTC),
            status="queued",
            **place,
            **asdict(origin),
        )
        .returning(t.versions.c.id)
    ).scalar_one()
    return version_id
