"""Deleting documents and versions, with everything that belongs to them alone."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Select, delete, exists, func, select, update

from ragapp.errors import no_document
from ragapp.store import blob_references, collections
from ragapp.store import schema as t
from ragapp.store.answers import forget_version
from ragapp.types import Document, RemovedRows


def remove(c: Connection, document_id: str) -> list[str]:
    """Removes a document. Returns the sha256 of blobs that are no longer used, to be freed after the commit.

    Raises NotFoundError.
    """
    document = c.execute(select(t.documents).where(t.documents.c.id == document_id)).one_or_none()
    if document is None:
        raise no_document(document_id)
    collections.hold(c, t.collections.c.id == document.collection_id)
    unused = remove_versions(c, document.collection_id, t.versions.c.document_id == document_id)
    if not c.execute(delete(t.documents).where(t.documents.c.id == document_id)).rowcount:
        raise no_document(document_id)  # another transaction has just removed it
    return unused


def count_rows(c: Connection, document: Document) -> RemovedRows:
    """The rows of the document, which `c` is about to remove."""
    of_document = select(t.versions.c.id).where(t.versions.c.document_id == document.id)
    of_answer = t.answer_sources.c.version_id.in_(of_document)
    return RemovedRows(
        document_name=document.name,
        collection=document.collection,
        sha256=document.sha256,
        versions=c.execute(select(func.count()).select_from(of_document.subquery())).scalar_one(),
        chunks=c.execute(select(func.count()).where(t.chunks.c.version_id.in_(of_document))).scalar_one(),
        answers=c.execute(
            select(func.count(t.answer_sources.c.answer_id.distinct())).where(of_answer)
        ).scalar_one(),
        blob_freed=False,
        tables=c.execute(select(func.count()).where(t.tables.c.version_id.in_(of_document))).scalar_one(),
    )


def remove_all(c: Connection, collection_id: int) -> list[str]:
    """Removes all documents of a collection that `c` has locked; returns as `remove` does."""
    of_collection = t.documents.c.collection_id == collection_id
    ids = select(t.documents.c.id).where(of_collection)
    unused = remove_versions(c, collection_id, t.versions.c.document_id.in_(ids))
    c.execute(delete(t.documents).where(of_collection))
    return unused


def remove_versions(c: Connection, collection_id: int, chosen: ColumnElement[bool]) -> list[str]:
    """Deletes versions with everything that belongs to them alone: chunks, vectors, texts, tables, parts
    of answers.

    `c` has locked the collection. Returns the sha256 of blobs that are no longer used, to be freed once this
    is committed. Other collections share vectors and blobs, and other transactions may delete them at the
    same time. So all rows of one kind are locked, in one order, before any is changed.
    """
    version_ids = _lock_versions(c, chosen)
    _remove_own_vectors(c, select(t.versions.c.id).where(chosen))
    data = select(t.tables.c.sha256).where(t.tables.c.version_id.in_(version_ids))
    used = set(c.scalars(data.where(t.tables.c.sha256.is_not(None))))
    used |= {_remove_version(c, collection_id, version_id) for version_id in version_ids}
    return [sha256 for sha256 in sorted(used) if blob_references.drop_unused_blob(c, sha256)]


def _lock_versions(c: Connection, chosen: ColumnElement[bool]) -> Sequence[int]:
    """Locks the versions. Waits for transactions that are writing their vectors or answers."""
    return c.scalars(select(t.versions.c.id).where(chosen).order_by(t.versions.c.id).with_for_update()).all()


def _remove_own_vectors(c: Connection, version_ids: Select[tuple[int]]) -> None:
    """Locks rows first: of two transactions that remove the last users of a vector, the later one deletes
    it."""
    of_versions = t.chunks.c.version_id.in_(version_ids)
    own = select(t.chunks.c.digest).where(of_versions)
    c.execute(select(t.chunks.c.key).where(of_versions).order_by(t.chunks.c.key).with_for_update()).all()
    key = (t.vectors.c.embedder, t.vectors.c.digest)
    c.execute(select(*key).where(t.vectors.c.digest.in_(own)).order_by(*key).with_for_update()).all()
    other = exists().where(t.chunks.c.digest == t.vectors.c.digest, t.chunks.c.version_id.not_in(version_ids))
    c.execute(delete(t.vectors).where(t.vectors.c.digest.in_(own), ~other))


def _remove_version(c: Connection, collection_id: int, version_id: int) -> str:
    """Returns the sha256 of its blob."""
    live = c.execute(
        update(t.documents).where(t.documents.c.live_version_id == version_id).values(live_version_id=None)
    )
    sha256, document_id, version = c.execute(
        delete(t.versions)
        .where(t.versions.c.id == version_id)
        .returning(t.versions.c.sha256, t.versions.c.document_id, t.versions.c.version)
    ).one()
    forget_version(c, version_id, (document_id, version))
    if live.rowcount:
        collections.log_change(c, collection_id, version_id, "removed")
    return str(sha256)
