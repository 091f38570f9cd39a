"""Copying a database and its blobs to another one: from a laptop to a server, or back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, Row, Table, func, insert, select

from ragapp.errors import ConflictError, NotFoundError, StorageError
from ragapp.protocols import BlobStore
from ragapp.store import schema as t
from ragapp.store.collections import utc
from ragapp.store.engine import WRITE, database_of

BATCH = 500
"""Rows in one statement: half a megabyte of vectors."""

OnMoved = Callable[[str, int, int], None]
"""Called with what is being copied, how many are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The numbers of copied blobs and, by table, of copied rows."""

    blobs: int
    rows: dict[str, int]


def move(
    source: Engine, source_blobs: BlobStore, target: Engine, target_blobs: BlobStore, on_moved: OnMoved
) -> Moved:
    """Copies blobs, then all rows in one transaction. Until that is committed, the target has no documents.

    After an interruption, the next call skips the blobs that were copied. Raises ConflictError when the
    target has documents or some of the source are deleted meanwhile, and StorageError.
    """
    with source.begin() as read, target.execution_options(**WRITE).begin() as write:
        _check_empty(write)
        blobs = _copy_blobs(read, source_blobs, target_blobs, on_moved)
        return Moved(blobs, {table.name: _copy(read, write, table, on_moved) for table in _tables()})


def _tables() -> list[Table]:
    """In an order in which each table follows those it refers to."""
    return t.metadata.sorted_tables


def _check_empty(c: Connection) -> None:
    for table in _tables():
        if c.execute(select(table).limit(1)).first() is not None:
            raise ConflictError(
                f"The target already has {table.name}, which would not be replaced. Choose an empty database."
            )


def _copy_blobs(read: Connection, source: BlobStore, target: BlobStore, on_moved: OnMoved) -> int:
    blobs = read.execute(select(t.blobs).order_by(t.blobs.c.sha256)).all()
    for number, blob in enumerate(blobs, 1):
        if not target.exists(blob.sha256):
            _copy_blob(blob, source, target)
        on_moved("documents' bytes", number, len(blobs))
    return len(blobs)


def _copy_blob(blob: Row[tuple[str, int]], source: BlobStore, target: BlobStore) -> None:
    try:
        with closing(source.open(blob.sha256)) as data:
            copied = target.put(data, limit=blob.size)
    except NotFoundError as error:
        raise ConflictError(
            f"{error} If documents are being deleted now, stop the server and migrate again."
        ) from error
    if copied.sha256 != blob.sha256:
        target.delete(copied.sha256)
        raise StorageError(
            f"Blob {blob.sha256} is damaged. Run `ragapp doctor` to see which document to upload again."
        )


def _copy(read: Connection, write: Connection, table: Table, on_moved: OnMoved) -> int:
    total, done = read.execute(select(func.count()).select_from(table)).scalar_one(), 0
    for batch in read.execute(select(table), execution_options={"yield_per": BATCH}).partitions():
        write.execute(insert(table), [dict(_values(row)) for row in batch])
        done += len(batch)
        on_moved(table.name.replace("_", " "), done, total)
    database_of(write).advance_sequence(write, table)
    return done


def _values(row: Row[tuple[object, ...]]) -> Iterator[tuple[str, object]]:
    """SQLite stores times without a time zone, and PostgreSQL accepts no NUL in a text."""
    for name, value in row._mapping.items():
        if isinstance(value, datetime):
            yield name, utc(value).astimezone(UTC)
        else:
            yield name, value.replace("\0", "\N{REPLACEMENT CHARACTER}") if isinstance(value, str) else value
