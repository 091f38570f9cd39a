"""Database: what each of them does in its own way."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy import URL, Connection, Engine, Table

from ragapp.errors import BusyError, RagappError, StorageError, StorageUnavailable

WRITE = {"ragapp_write": True}
"""Execution options of a transaction that will write. Others only read, all of it as of one moment."""


class DatabaseBusy(BusyError, StorageUnavailable):
    """No connection is free: for callers there is too much to do, for workers the database is away."""


def damaged(how: str) -> StorageError:
    """What every command says of a database that is not as we left it."""
    return StorageError(
        f"The database is damaged ({how}). Stop ragapp, keep a copy of the data folder, and bring a backup "
        "back with `ragapp restore FILE --force`."
    )


def decoded(value: str) -> Any:
    """A JSON value of a row. Raises StorageError for what is none: we wrote it, so the row was damaged."""
    try:
        return json.loads(value)
    except ValueError as error:
        raise damaged(f"a row holds what is not JSON: {error}") from error


class Database(Protocol):
    def open(self, url: URL, connections: int) -> Engine:
        """An engine, not yet connected, with no more `connections` at a time where the database counts them.

        Raises UsageError when the driver is missing. Using the engine raises DatabaseBusy when none is free.
        """

    def migrating(self, engine: Engine) -> AbstractContextManager[None]:
        """Only one process on the database is within this at a time."""

    def now(self, c: Connection) -> float:
        """Seconds since the epoch, by one clock for all who use the database."""

    def damage(self, c: Connection) -> Sequence[str]:
        """What the database finds wrong with its own files. What it reads from them then means nothing."""

    def dangling(self, c: Connection) -> Sequence[str]:
        """Rows that refer to rows that are not there, as far as the database lets that happen."""

    def insert_new(self, c: Connection, table: Table, rows: Iterable[Mapping[str, object]]) -> int:
        """Inserts the rows whose key is not taken, and says how many; waits for those who just take one."""

    def scrub(self, engine: Engine, seconds: float, *, rewrite: bool) -> str:
        """Takes what was deleted out of the database's own files, too, as far as this can be asked for.

        Waits so many `seconds` for others. With `rewrite`, also what lies in the free space of pages; the
        time for that grows with the database. Returns what may be left, and until when; "" for nothing.
        """

    def went_on(self, c: Connection, table: Table) -> None:
        """Rows came in with numbers of their own: the next number follows them."""

    def trouble(self, error: BaseException) -> RagappError | None:
        """What people are told of an error that is not a defect of ours."""
