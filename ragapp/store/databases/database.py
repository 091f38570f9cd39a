"""Database: what differs between the supported databases."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy import URL, Connection, Engine, Table

from ragapp.errors import BusyError, RagappError, StorageError, StorageUnavailable

WRITE = {"ragapp_write": True}
"""Execution options of a transaction that writes. Other transactions read a consistent snapshot."""


class DatabaseBusy(BusyError, StorageUnavailable):
    """No connection is free: callers are asked to retry, workers treat the database as unavailable."""


def damaged(how: str) -> StorageError:
    """The error for a database that is not as ragapp left it."""
    return StorageError(
        f"The database is damaged ({how}). Stop ragapp, keep a copy of the data folder, and restore a "
        "backup with `ragapp restore FILE --force`."
    )


def decoded(value: str) -> Any:
    """A JSON value of a row. Raises StorageError for invalid JSON, which means that the row is damaged."""
    try:
        return json.loads(value)
    except ValueError as error:
        raise damaged(f"a row holds invalid JSON: {error}") from error


class Database(Protocol):
    def open(self, url: URL, connections: int) -> Engine:
        """An engine, not yet connected, with at most `connections` connections to a server.

        Raises UsageError when the driver is missing. Using the engine raises DatabaseBusy when none is free.
        """

    def migrating(self, engine: Engine) -> AbstractContextManager[None]:
        """A lock on the database, which only one process holds at a time."""

    def now(self, c: Connection) -> float:
        """Seconds since the epoch, by a clock that all users of the database share."""

    def damage(self, c: Connection) -> Sequence[str]:
        """The damage that the database finds in its own files. With any, no query result can be trusted."""

    def dangling(self, c: Connection) -> Sequence[str]:
        """Rows that refer to missing rows, where the database does not prevent that."""

    def insert_new(self, c: Connection, table: Table, rows: Iterable[Mapping[str, object]]) -> int:
        """Inserts the rows whose key does not exist yet, and returns their number.

        Waits for transactions that are inserting the same keys.
        """

    def scrub(self, engine: Engine, seconds: float, *, rewrite: bool) -> str:
        """Removes deleted content from the database's own files, as far as the database allows.

        Waits up to `seconds` for other connections. With `rewrite`, also clears the free space of pages,
        which takes longer the larger the database is. Returns what may remain, and until when; "" for
        nothing.
        """

    def advance_sequence(self, c: Connection, table: Table) -> None:
        """Makes the next number follow those of rows that were inserted with numbers of their own."""

    def translated(self, error: BaseException) -> RagappError | None:
        """The error to raise for one of the driver's that is not a defect of ours; None for defects."""
