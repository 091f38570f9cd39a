"""SQLite: one file on this machine, in WAL mode."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from filelock import FileLock
from sqlalchemy import URL, Connection, DateTime, Dialect, Engine, Table, create_engine, event
from sqlalchemy.dialects.sqlite import DATETIME, insert
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor, ExecutionContext
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.compiler import SQLCompiler

from ragapp.errors import RagappError, StorageError, StorageUnavailable
from ragapp.files.permissions import FILE_MODE, private_file, private_folder
from ragapp.files.sqlite_log import SECURE_DELETE, LogEmptier
from ragapp.store.databases.database import damaged, decoded

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # with NORMAL a commit may vanish in a power cut (sqlite.org/pragma.html)
    "PRAGMA foreign_keys = ON",
    SECURE_DELETE,
    "PRAGMA busy_timeout = 60000",
)

DELETED = "ragapp_deleted"
"""Marks a connection whose transaction has deleted rows."""
KEPT_OPEN = 16
"""Connections."""

DISK_TROUBLE = ("disk is full", "disk I/O error")
LOCKED = "database is locked"
CLOSED = ("unable to open database file", "readonly database")
DAMAGE = (
    "file is not a database",
    "malformed",  # the image of the disk, or the schema
    "unsupported file format",
    "Could not decode to UTF-8",
    "no such table",
    "no such column",
    "has no column named",
    "already exists",
)
"""In SQLite's words. Our own statements name what our migrations made: if it is not there, it was lost."""


class _Timestamp(DATETIME):
    """SQLite keeps whatever is written into a cell: what is no time in it is damage."""

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[object], datetime | None]:
        parse = super().result_processor(dialect, coltype)
        assert parse is not None  # SQLite has no times of its own

        def read(value: object) -> datetime | None:
            try:
                found: datetime | None = parse(value)
            except (ValueError, TypeError) as error:
                raise damaged("a row holds a time that cannot be read") from error
            return found

        return read


class SQLite:
    def open(self, url: URL, connections: int) -> Engine:  # noqa: ARG002  a file counts none
        private_folder(_path(url).parent)
        with suppress(OSError):  # SQLite itself says what is wrong there
            private_file(_path(url))  # its log gets the same permissions
        # No upper limit: those who wait to write must keep no reader out, and threads are limited elsewhere.
        engine = create_engine(url, pool_size=KEPT_OPEN, max_overflow=-1, json_deserializer=decoded)
        engine.dialect.colspecs = {**engine.dialect.colspecs, DateTime: _Timestamp}
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        _empty_log_after_deletions(engine, LogEmptier(_path(url)))
        return engine

    @contextmanager
    def migrating(self, engine: Engine) -> Iterator[None]:
        path = _path(engine.url)
        with FileLock(path.with_name(path.name + ".migrate.lock"), mode=FILE_MODE):
            yield

    def now(self, c: Connection) -> float:  # noqa: ARG002  all who use the file are on this machine
        return time.time()

    def damage(self, c: Connection) -> Sequence[str]:
        found = [str(row[0]) for row in c.exec_driver_sql("PRAGMA integrity_check")]
        return [line for line in found if line != "ok"]

    def dangling(self, c: Connection) -> Sequence[str]:
        rows = c.exec_driver_sql("PRAGMA foreign_key_check")
        return [f"a row of {row[0]} without its {row[2]}" for row in rows]

    def insert_new(self, c: Connection, table: Table, rows: Iterable[Mapping[str, object]]) -> int:
        new = insert(table).on_conflict_do_nothing().returning(*table.primary_key)
        return len(c.execute(new, list(rows)).all())  # drivers do not agree on what they count

    def scrub(self, engine: Engine, seconds: float, *, rewrite: bool) -> str:
        emptier = LogEmptier(_path(engine.url))
        if rewrite and not emptier.rewrite(seconds):
            return "copies in the free space of its pages, until they are written over: others were using it"
        if not emptier.empty(seconds):
            return "its log, which is emptied as soon as nobody reads an older state"
        return ""

    def went_on(self, c: Connection, table: Table) -> None:
        """SQLite looks at the rows themselves."""

    def trouble(self, error: BaseException) -> RagappError | None:
        if any(words in str(error) for words in DISK_TROUBLE):
            return StorageError(f"The database cannot be written: {error}. Free some disk space.")
        if LOCKED in str(error):
            return StorageUnavailable(
                "The database is being written by somebody else for a minute already. Try again in a moment."
            )
        if any(words in str(error) for words in CLOSED):
            return StorageError(
                f"The database cannot be opened: {error}. Check who owns the data folder and its files."
            )
        return damage_in(error)


def damage_in(error: BaseException) -> StorageError | None:
    """What people are told of an error of SQLite's that only a damaged file explains."""
    said = str(error).partition(" with text ")[0]  # which is a document's, and may be long
    return damaged(said) if any(words in said for words in DAMAGE) else None


def _path(url: URL) -> Path:
    return Path(url.database or "")


def _prepare(connection: SqliteConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in PRAGMAS:
        connection.execute(pragma)


def _empty_log_after_deletions(engine: Engine, emptier: LogEmptier) -> None:
    """Whatever part of the program deletes rows: their text leaves the log once the transaction has ended."""

    def note(
        connection: Connection,
        cursor: DBAPICursor,
        _statement: str,
        _parameters: object,
        context: ExecutionContext | None,
        _many: bool,
    ) -> None:
        compiled = None if context is None else context.compiled
        if isinstance(compiled, SQLCompiler) and compiled.isdelete and cursor.rowcount:
            connection.info[DELETED] = True

    def ended(_connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        if entry.info.pop(DELETED, False):
            emptier.empty_soon()

    event.listen(engine, "after_cursor_execute", note)
    event.listen(engine, "checkin", ended)
    event.listen(engine, "engine_disposed", lambda _engine: emptier.close())


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once when another has written meanwhile;
    # one that takes the write lock at its start waits its turn.
    writes = connection.get_execution_options().get("ragapp_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
