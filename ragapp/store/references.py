"""Bytes that documents and artifacts share: freed after the last that refers to them is gone."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import ColumnElement, Connection, Select, delete, exists, or_, select

from ragapp.errors import ConflictError
from ragapp.protocols import BlobStore
from ragapp.store import schema as t
from ragapp.store.engine import database_of
from ragapp.types import Blob


class BytesFreed(ConflictError):
    """The same bytes lost their last user while they were handed in."""


def is_used() -> ColumnElement[bool]:
    """Whether something refers to a blob's row."""
    return or_(
        exists().where(t.versions.c.sha256 == t.blobs.c.sha256),
        exists().where(t.artifacts.c.sha256 == t.blobs.c.sha256),
    )


def keep_blob(c: Connection, blob: Blob, blobs: BlobStore) -> None:
    """It may be referred to until the commit. Raises BytesFreed."""
    database_of(c).insert_new(c, t.blobs, [asdict(blob)])
    held = c.execute(_blob_row(blob.sha256)).one_or_none()
    if held is None or not blobs.exists(blob.sha256):
        raise BytesFreed("These bytes were freed while they were being accepted. Send them again.")


def drop_unused_blob(c: Connection, sha256: str) -> bool:
    """Whether its row was removed, since nothing refers to it."""
    c.execute(_blob_row(sha256)).all()  # who accepts the same bytes now is waited for, and then counts
    return bool(c.execute(delete(t.blobs).where(t.blobs.c.sha256 == sha256, ~is_used())).rowcount)


def free_blob(c: Connection, blobs: BlobStore, sha256: str) -> None:
    """Deletes the file of a blob that has no row, unless somebody just accepted the same bytes.

    The row is put back while the file goes: whoever accepts these bytes at this moment waits for the
    commit, and then finds the file missing instead of keeping a row without a file.
    """
    if not database_of(c).insert_new(c, t.blobs, [dict(sha256=sha256, size=0)]):
        return
    blobs.delete(sha256)
    c.execute(delete(t.blobs).where(t.blobs.c.sha256 == sha256))


def _blob_row(sha256: str) -> Select[tuple[str]]:
    """Its row, which nobody else can use or remove until the commit."""
    return select(t.blobs.c.sha256).where(t.blobs.c.sha256 == sha256).with_for_update()
