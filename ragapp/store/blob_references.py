"""The references from rows to blobs: bytes are stored before the first of them, and freed after the last."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import BinaryIO

from sqlalchemy import ColumnElement, Connection, Engine, Select, delete, exists, or_, select

from ragapp.errors import StorageError
from ragapp.protocols import BlobStore
from ragapp.store import schema as t
from ragapp.store.engine import WRITE, database_of
from ragapp.types import Blob

log = logging.getLogger(__name__)


class BlobWriter:
    """Stores and frees blobs of at most `max_bytes`. Safe for many threads and processes."""

    def __init__(self, engine: Engine, blobs: BlobStore, max_bytes: int) -> None:
        self._writing = engine.execution_options(**WRITE)
        self._blobs = blobs
        self._max_bytes = max_bytes

    def put(self, data: BinaryIO) -> NewBlob:
        """Stores a seekable stream, which must stay open until a row refers to the blob.

        Raises TooLargeError, StorageError.
        """
        return NewBlob(self._blobs, data, _put(self._blobs, data, self._max_bytes))

    def put_all(self, contents: Sequence[bytes]) -> list[NewBlob]:
        """Stores contents of any size. Raises StorageError."""
        streams = [(io.BytesIO(content), len(content)) for content in contents]
        return [NewBlob(self._blobs, data, _put(self._blobs, data, size)) for data, size in streams]

    def free(self, unused: Iterable[str]) -> None:
        """Deletes blobs that are not used any more. Never fails: `ragapp doctor` finds bytes that cannot be
        freed now.
        """
        for sha256 in unused:
            try:
                with self._writing.begin() as c:
                    free_blob(c, self._blobs, sha256)
            except StorageError as error:
                log.warning("Blob %s is kept until `ragapp doctor --repair`: %s", sha256, error)


@dataclass(frozen=True, slots=True)
class NewBlob:
    """A blob whose bytes are stored, for a row that will refer to it."""

    blobs: BlobStore
    data: BinaryIO
    blob: Blob

    def keep(self, c: Connection) -> Blob:
        """Adds the blob's row, and locks it until the commit.

        The bytes are stored again if the last reference to the same bytes was removed meanwhile. Raises
        StorageError.
        """
        while True:
            database_of(c).insert_new(c, t.blobs, [asdict(self.blob)])
            if c.execute(_blob_row(self.blob.sha256, to_remove=False)).one_or_none() is not None:
                break  # otherwise it was removed between the two statements
        if not self.blobs.exists(self.blob.sha256):
            self.data.seek(0)
            _put(self.blobs, self.data, self.blob.size)
        return self.blob


def _put(blobs: BlobStore, data: BinaryIO, max_bytes: int) -> Blob:
    try:
        return blobs.put(data, max_bytes)
    except OSError as error:
        raise StorageError(f"The document could not be stored: {error}. Free some disk space.") from error


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
