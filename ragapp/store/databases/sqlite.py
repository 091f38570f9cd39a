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
from ragapp.files.sqlite_wal import SECURE_DELETE, LogEmptier
from ragapp.store.databases.database import damaged, decoded

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # with NORMAL, a power cut may undo a commit (sqlite.org/pragma.html)
    "PRAGMA foreign_keys = ON",
    SECURE_DELETE,
    "PRAGMA busy_timeout = 60000",
)

DELETED = "ragapp_deleted"
"""Marks a connection whose transaction has deleted rows."""
POOL_SIZE = 16
"""Connections that a process keeps open."""

DISK_FAILURE = ("disk is full", "disk I/O error")
LOCKED = "database is locked"
CANNOT_OPEN = ("unable to open database file", "readonly database")
DAMAGE = (
    "file is not a database",
    "malformed",  # the disk image, or the schema
    "unsupported file format",
    "Could not decode to UTF-8",
    "no such table",
    "no such column",
    "has no column named",
    "already exists",
)
"""Parts of SQLite's messages. Our statements only name what our migrations created, so a missing table was
lost."""


class _Timestamp(DATETIME):
    """Times in SQLite, which stores any value: an invalid time means that the row is damaged."""

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[object], datetime | None]:
        parse = super().result_processor(dialect, coltype)
        assert parse is not None  # SQLite has no type for times

        def read(value: object) -> datetime | None:
            try:
                found: datetime | None = parse(value)
            except (ValueError, TypeError) as error:
                raise damaged("a row holds an invalid time") from error
            return found

        return read


class SQLite:
    def open(self, url: URL, connections: int) -> Engine:  # noqa: ARG002  a file has no limit
        private_folder(_path(url).parent)
        with suppress(OSError):  # SQLite reports it below
            private_file(_path(url))  # SQLite gives its log the same permissions
        # Unlimited: connections that wait to write must not keep readers out, and threads are limited
        # elsewhere.
        engine = create_engine(url, pool_size=POOL_SIZE, max_overflow=-1, json_deserializer=decoded)
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

    def now(self, c: Connection) -> float:  # noqa: ARG002  all users of the file are on this machine
        return time.time()

    def damage(self, c: Connection) -> Sequence[str]:
        found = [str(row[0]) for row in c.exec_driver_sql("PRAGMA integrity_check")]
        return [line for line in found if line != "ok"]

    def dangling(self, c: Connection) -> Sequence[str]:
        rows = c.exec_driver_sql("PRAGMA foreign_key_check")
        return [f"a row of {row[0]} refers to a missing row of {row[2]}" for row in rows]

    def insert_new(self, c: Connection, table: Table, rows: Iterable[Mapping[str, object]]) -> int:
        new = insert(table).on_conflict_do_nothing().returning(*table.primary_key)
        return len(c.execute(new, list(rows)).all())  # drivers differ in what rowcount means

    def scrub(self, engine: Engine, seconds: float, *, rewrite: bool) -> str:
        emptier = LogEmptier(_path(engine.url))
        if rewrite and not emptier.rewrite(seconds):
            return (
                "copies in the free space of the database's pages, until they are overwritten: it was in use"
            )
        if not emptier.empty(seconds):
            return "the database's log, which is emptied as soon as no transaction reads an older state"
        return ""

    def advance_sequence(self, c: Connection, table: Table) -> None:
        """Does nothing, since SQLite derives the next number from the rows."""

    def translated(self, error: BaseException) -> RagappError | None:
        if any(words in str(error) for words in DISK_FAILURE):
            return StorageError(f"The database cannot be written: {error}. Free some disk space.")
        if LOCKED in str(error):
            return StorageUnavailable(
                "Another process has been writing to the database for a minute. Try again in a moment."
            )
        if any(words in str(error) for words in CANNOT_OPEN):
            return StorageError(
                f"The database cannot be opened: {error}. Check the owner of the data folder and its files."
            )
        return damage_in(error)


def damage_in(error: BaseException) -> StorageError | None:
    """The error to raise when only a damaged file explains SQLite's error; None otherwise."""
    message = str(error).partition(" with text ")[0]  # the text is a document's, and may be long
    return damaged(message) if any(words in message for words in DAMAGE) else None


def _path(url: URL) -> Path:
    return Path(url.database or "")


def _prepare(connection: SqliteConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we issue BEGIN ourselves
    for pragma in PRAGMAS:
        connection.execute(pragma)


def _empty_log_after_deletions(engine: Engine, emptier: LogEmptier) -> None:
    """Empties the log once a transaction that deleted rows has ended, so that it does not keep their text."""

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
    # A transaction that reads first and writes later fails at once when another one has written meanwhile.
    # One that takes the write lock at its start waits for it.
    writes = connection.get_execution_options().get("ragapp_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
