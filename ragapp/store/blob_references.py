"""The references from rows to blobs: bytes are stored before the first of them, and freed after the last."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import BinaryIO, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, Select, delete, exists, or_, select

from ragapp.errors import ConflictError, StorageError
from ragapp.protocols import BlobStore
from ragapp.store import schema as t
from ragapp.store.engine import WRITE, database_of
from ragapp.types import Blob

log = logging.getLogger(__name__)

T = TypeVar("T")

ATTEMPTS = 5
"""How often the same bytes may be freed by another process while they are stored."""


class BlobWriter:
    """Stores and frees blobs of at most `max_bytes`. Safe for many threads and processes."""

    def __init__(self, engine: Engine, blobs: BlobStore, max_bytes: int) -> None:
        self._writing = engine.execution_options(**WRITE)
        self._blobs = blobs
        self._max_bytes = max_bytes

    def keep(self, data: BinaryIO, record: Callable[[Connection, Blob], T]) -> T:
        """Stores the seekable stream, then commits `record`, which adds the rows that refer to it.

        Does both again when `record` raises BytesFreed. Raises TooLargeError, StorageError, and what `record`
        raises.
        """
        attempts = 0
        while True:
            blob = self._put(data)
            try:
                with self._writing.begin() as c:
                    return record(c, blob)
            except BytesFreed:  # just now, so store them again
                attempts += 1
                if attempts == ATTEMPTS:
                    raise
                data.seek(0)

    def keep_all(self, contents: Sequence[bytes], record: Callable[[Connection, Sequence[Blob]], T]) -> T:
        """Like `keep`, for several contents or none, of any size."""
        attempts = 0
        while True:
            blobs = [self._put(io.BytesIO(content), len(content)) for content in contents]
            try:
                with self._writing.begin() as c:
                    return record(c, blobs)
            except BytesFreed:
                attempts += 1
                if attempts == ATTEMPTS:
                    raise

    def free(self, unused: Iterable[str]) -> None:
        """Never fails: `ragapp doctor` finds bytes that cannot be freed now."""
        for sha256 in unused:
            try:
                with self._writing.begin() as c:
                    free_blob(c, self._blobs, sha256)
            except StorageError as error:
                log.warning("Blob %s is kept until `ragapp doctor --repair`: %s", sha256, error)

    def _put(self, data: BinaryIO, limit: int | None = None) -> Blob:
        try:
            return self._blobs.put(data, self._max_bytes if limit is None else limit)
        except OSError as error:
            raise StorageError(f"The document could not be stored: {error}. Free some disk space.") from error


class BytesFreed(ConflictError):
    """The last reference to the same bytes was removed while they were being stored."""


def is_used() -> ColumnElement[bool]:
    """Whether any row refers to the blob."""
    return or_(
        exists().where(t.versions.c.sha256 == t.blobs.c.sha256),
        exists().where(t.tables.c.sha256 == t.blobs.c.sha256),
        exists().where(t.artifacts.c.sha256 == t.blobs.c.sha256),
    )


def is_known(c: Connection, sha256: str) -> bool:
    """Whether the blob has a row, which it has while it is used."""
    return c.execute(select(t.blobs.c.sha256).where(t.blobs.c.sha256 == sha256)).first() is not None


def keep_blob(c: Connection, blob: Blob, blobs: BlobStore) -> None:
    """Adds the blob's row, and locks it until the commit. Raises BytesFreed."""
    database_of(c).insert_new(c, t.blobs, [asdict(blob)])
    held = c.execute(_blob_row(blob.sha256, to_remove=False)).one_or_none()
    if held is None or not blobs.exists(blob.sha256):
        raise BytesFreed("The same bytes were deleted while they were uploaded. Upload them again.")


def drop_unused_blob(c: Connection, sha256: str) -> bool:
    """Removes the blob's row unless it is referred to; returns whether it did."""
    c.execute(_blob_row(sha256, to_remove=True)).all()  # waits for transactions that are adding references
    return bool(c.execute(delete(t.blobs).where(t.blobs.c.sha256 == sha256, ~is_used())).rowcount)


def free_blob(c: Connection, blobs: BlobStore, sha256: str) -> None:
    """Deletes the file of a blob that has no row, unless the same bytes were just accepted again.

    The row is added again while the file is deleted. Whoever accepts these bytes at this moment waits for the
    commit and then finds the file missing, instead of keeping a row without a file.
    """
    if not database_of(c).insert_new(c, t.blobs, [dict(sha256=sha256, size=0)]):
        return
    blobs.delete(sha256)
    c.execute(delete(t.blobs).where(t.blobs.c.sha256 == sha256))


def _blob_row(sha256: str, *, to_remove: bool) -> Select[tuple[str]]:
    """Selects the row and locks it until the commit. Rows that refer to it can be added unless it is
    `to_remove`."""
    row = select(t.blobs.c.sha256).where(t.blobs.c.sha256 == sha256)
    return row.with_for_update(key_share=not to_remove)
