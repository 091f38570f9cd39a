"""Documents and their versions in SQL: accepting, reading, deleting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, exists, func, insert, select, update

from ragapp.errors import ConflictError, NotFoundError
from ragapp.missing import no_document
from ragapp.protocols import BlobStore
from ragapp.store import collections, listing, turns
from ragapp.store import schema as t
from ragapp.store.answers import forget_version
from ragapp.store.engine import database_of
from ragapp.types import Acceptance, Blob, Chunk, Collection, Heading, Lane, Origin, ParsedText


def accept(
    c: Connection,
    blobs: BlobStore,
    collection: Collection,
    *,
    source: str,
    name: str,
    blob: Blob,
    media_type: str,
    recipe: str,
    metadata: Mapping[str, str],
    lane: Lane,
    owner: str,
    origin: Origin,
) -> Acceptance:
    _keep_blob(c, blob, blobs)
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
        c.execute(update(t.versions).where(t.versions.c.id == version_id).values(name=name))
        given = t.document_metadata.c.key.in_(metadata)  # what the file says of itself stays
        c.execute(delete(t.document_metadata).where(t.document_metadata.c.version_id == version_id, given))
    else:
        outcome = "added" if document is None else "updated"
        document_id = _new_document(c, collection, source) if document is None else document.id
        version_id = _new_version(
            c,
            document_id=document_id,
            newest=newest,
            name=name,
            blob=blob,
            media_type=media_type,
            recipe=recipe,
            place=turns.place(c, "queued", lane, owner),
            origin=origin,
        )
    if metadata:
        rows = [dict(version_id=version_id, key=key, value=value) for key, value in metadata.items()]
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


def chunks(
    c: Connection, document_id: str, version: int | None, start: int, end: int | None
) -> list[Chunk]:
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


def remove(c: Connection, document_id: str) -> list[str]:
    """Returns the sha256 of blobs that lost their last user, to be freed once this is committed."""
    document = c.execute(select(t.documents).where(t.documents.c.id == document_id)).one_or_none()
    if document is None:
        raise no_document(document_id)
    collections.hold(c, t.collections.c.id == document.collection_id)
    version_ids = c.scalars(select(t.versions.c.id).where(t.versions.c.document_id == document_id)).all()
    unused = remove_versions(c, document.collection_id, version_ids)
    c.execute(delete(t.documents).where(t.documents.c.id == document_id))
    return unused


def remove_all(c: Connection, collection_id: int) -> list[str]:
    """All documents of a collection that is held by `c`; returns as `remove` does."""
    of_collection = t.documents.c.collection_id == collection_id
    ids = c.scalars(select(t.documents.c.id).where(of_collection)).all()
    versions = select(t.versions.c.id).join(t.documents, t.documents.c.id == t.versions.c.document_id)
    _hold_versions(c, versions.where(of_collection))
    return [sha256 for document_id in ids for sha256 in remove(c, document_id)]


def remove_versions(c: Connection, collection_id: int, version_ids: Sequence[int]) -> list[str]:
    """Deletes versions with all that belongs to them alone: chunks, vectors, text, what answers told of it.

    The collection is held by `c`. Returns the sha256 of blobs that lost their last user, to be freed once
    this is committed.
    """
    unused = []
    _hold_versions(c, version_ids)
    for version_id in version_ids:
        _remove_own_vectors(c, version_id)
        live = c.execute(
            update(t.documents)
            .where(t.documents.c.live_version_id == version_id)
            .values(live_version_id=None)
        )
        sha256, document_id, version = c.execute(
            delete(t.versions)
            .where(t.versions.c.id == version_id)
            .returning(t.versions.c.sha256, t.versions.c.document_id, t.versions.c.version)
        ).one()
        forget_version(c, version_id, (document_id, version))
        if live.rowcount:
            collections.log_change(c, collection_id, version_id, "removed")
        if _drop_unused_blob(c, sha256):
            unused.append(sha256)
    return unused


def free_blob(c: Connection, blobs: BlobStore, sha256: str) -> None:
    """Deletes the file of a blob that has no row, unless somebody just accepted the same bytes.

    The row is put back while the file goes: whoever accepts these bytes at this moment waits for the
    commit, and then finds the file missing instead of keeping a row without a file.
    """
    if not database_of(c).insert_new(c, t.blobs, [dict(sha256=sha256, size=0)]):
        return
    blobs.delete(sha256)
    c.execute(delete(t.blobs).where(t.blobs.c.sha256 == sha256))


def _keep_blob(c: Connection, blob: Blob, blobs: BlobStore) -> None:
    database_of(c).insert_new(c, t.blobs, [asdict(blob)])
    held = c.execute(_blob_row(blob.sha256)).one_or_none()
    if held is None or not blobs.exists(blob.sha256):
        raise ConflictError("The document's bytes were freed while it was being accepted. Send it again.")


def _drop_unused_blob(c: Connection, sha256: str) -> bool:
    c.execute(_blob_row(sha256)).all()  # who accepts the same bytes now is waited for, and then counts
    used = exists().where(t.versions.c.sha256 == t.blobs.c.sha256)
    return bool(c.execute(delete(t.blobs).where(t.blobs.c.sha256 == sha256, ~used)).rowcount)


def _blob_row(sha256: str) -> Select[tuple[str]]:
    """Its row, which nobody else can use or remove until the commit."""
    return select(t.blobs.c.sha256).where(t.blobs.c.sha256 == sha256).with_for_update()


def _hold_versions(c: Connection, version_ids: Sequence[int] | Select[tuple[int]]) -> None:
    """Waits for those who write vectors or answers of them; who comes later finds them gone."""
    chosen = t.versions.c.id.in_(version_ids)
    c.execute(select(t.versions.c.id).where(chosen).order_by(t.versions.c.id).with_for_update()).all()


def _remove_own_vectors(c: Connection, version_id: int) -> None:
    """Of two that remove the last users of a vector at once, the later one sees that nobody is left."""
    of_version = t.chunks.c.version_id == version_id
    own = select(t.chunks.c.digest).where(of_version)
    c.execute(select(t.chunks.c.key).where(of_version).order_by(t.chunks.c.key).with_for_update()).all()
    key = (t.vectors.c.embedder, t.vectors.c.digest)
    c.execute(select(*key).where(t.vectors.c.digest.in_(own)).order_by(*key).with_for_update()).all()
    other = exists().where(t.chunks.c.digest == t.vectors.c.digest, t.chunks.c.version_id != version_id)
    c.execute(delete(t.vectors).where(t.vectors.c.digest.in_(own), ~other))


def _newest(c: Connection, document: Row[Any]) -> Row[Any]:
    return c.execute(
        select(t.versions).where(
            t.versions.c.document_id == document.id, t.versions.c.version == document.newest_version
        )
    ).one()


def _accept_same(c: Connection, newest: Row[Any]) -> Literal["updated", "unchanged"]:
    if newest.status == "failed" or newest.not_before is not None:
        turns.again(c, newest.id)
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
