"""Opening the database: one place for what SQLite needs to be safe, and for migrations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from filelock import FileLock
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.pool import ConnectionPoolEntry

from ragapp.errors import StorageError

WRITE = {"ragapp_write": True}
"""Execution options of a transaction that will write."""

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # with NORMAL a commit may vanish in a power cut (sqlite.org/pragma.html)
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 60000",
)


DISK_TROUBLE = ("disk is full", "disk I/O error", "No space left on device")
"""In the words of SQLite and of PostgreSQL."""


def open_engine(url: str) -> Engine:
    """An engine on a database at the newest schema; makes or migrates it when needed."""
    parsed = make_url(url)
    engine = create_engine(parsed)
    event.listen(engine, "handle_error", _as_ours)
    if parsed.get_backend_name() != "sqlite":
        migrate(engine)
        return engine
    path = Path(parsed.database or "")
    path.parent.mkdir(parents=True, exist_ok=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    with FileLock(path.with_name(path.name + ".migrate.lock")):
        migrate(engine)
    return engine


def _as_ours(context: ExceptionContext) -> None:
    """A full or failing disk is an error that we tell of; others are defects."""
    told = str(context.original_exception)
    if any(words in told for words in DISK_TROUBLE):
        raise StorageError(f"The database cannot be written: {told}. Free some disk space.")


def _prepare_sqlite(connection: SqliteConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in SQLITE_PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once when another has written meanwhile;
    # one that takes the write lock at its start waits its turn.
    writes = connection.get_execution_options().get("ragapp_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def known_revisions() -> frozenset[str]:
    """Of the database, as far as this ragapp knows them."""
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def migrate(engine: Engine, revision: str = "head") -> None:
    """Brings the database to that schema, by default the newest, in one transaction."""
    config = _config()
    with engine.execution_options(**WRITE).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def damage(c: Connection) -> Sequence[str]:
    """What SQLite finds wrong with its file; nothing for servers, which check their own."""
    if c.dialect.name != "sqlite":
        return []
    found = [str(row[0]) for row in c.exec_driver_sql("PRAGMA integrity_check")]
    dangling = [
        f"a row of {row[0]} without its {row[2]}" for row in c.exec_driver_sql("PRAGMA foreign_key_check")
    ]
    return [line for line in found if line != "ok"] + dangling
