"""Documents and their versions go, with all that belongs to them alone."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Select, delete, exists, select, update

from ragapp.missing import no_document
from ragapp.store import collections, references
from ragapp.store import schema as t
from ragapp.store.answers import forget_version


def remove(c: Connection, document_id: str) -> list[str]:
    """Returns the sha256 of blobs that lost their last user, to be freed once this is committed.

    Raises NotFoundError.
    """
    document = c.execute(select(t.documents).where(t.documents.c.id == document_id)).one_or_none()
    if document is None:
        raise no_document(document_id)
    collections.hold(c, t.collections.c.id == document.collection_id)
    version_ids = c.scalars(select(t.versions.c.id).where(t.versions.c.document_id == document_id)).all()
    unused = remove_versions(c, document.collection_id, version_ids)
    if not c.execute(delete(t.documents).where(t.documents.c.id == document_id)).rowcount:
        raise no_document(document_id)  # somebody else removed it just now
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
        if references.drop_unused_blob(c, sha256):
            unused.append(sha256)
    return unused


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
