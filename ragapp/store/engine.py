"""Opening the database, and migrating it to the newest schema."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import Connection, Engine, ExceptionContext, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError

from ragapp.errors import UsageError
from ragapp.store.databases.database import WRITE, Database
from ragapp.store.databases.postgresql import PostgreSQL
from ragapp.store.databases.sqlite import SQLite

__all__ = [
    "MIGRATIONS",
    "WRITE",
    "database_of",
    "has_newest_schema",
    "known_revisions",
    "migrate",
    "open_engine",
]

MIGRATIONS = Path(__file__).parent / "migrations"


_DATABASES: Mapping[str, Database] = MappingProxyType(
    {"sqlite": SQLite(), "postgresql": PostgreSQL(), "postgres": PostgreSQL()}
)

CONNECTIONS = 48
"""The limit for callers that do not know how many threads they have."""


def open_engine(url: str, connections: int = CONNECTIONS) -> Engine:
    """An engine on a database at the newest schema, which is created or migrated when needed.

    It opens at most `connections` connections to a server. Raises UsageError for an unknown kind of URL or a
    database of a newer ragapp, and StorageUnavailable.
    """
    try:
        parsed = make_url(url)
        database = _DATABASES[parsed.get_backend_name()]
    except (ArgumentError, KeyError, ValueError):  # ValueError: the port is not a number
        raise UsageError(
            "RAGAPP_DATABASE_URL is not the URL of a database. It must begin with postgresql+psycopg:// or "
            "sqlite:///."
        ) from None
    engine = database.open(parsed, connections)

    def translate(context: ExceptionContext) -> None:
        error = _not_unicode(context.original_exception) or database.translated(context.original_exception)
        if error is not None and not context.is_pre_ping:  # the pool replaces a lost connection
            raise error

    event.listen(engine, "handle_error", translate)
    with database.migrating(engine):
        if not has_newest_schema(engine):
            migrate(engine)
    return engine


def _not_unicode(error: BaseException) -> UsageError | None:
    if isinstance(error, UnicodeEncodeError):
        return UsageError("A text contains half of a character, which is not valid Unicode. Remove it.")
    return None


def database_of(c: Connection | Engine) -> Database:
    return _DATABASES[c.dialect.name]


def migrate(engine: Engine, revision: str = "head") -> None:
    """Migrates the database to that revision, by default the newest, in one transaction. Raises
    UsageError."""
    from alembic import command  # noqa: PLC0415  takes 0.1 s, and few starts migrate
    from alembic.config import Config  # noqa: PLC0415
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.execution_options(**WRITE).begin() as connection:
        now = MigrationContext.configure(connection).get_current_revision()
        if now is not None and now not in known_revisions():
            raise UsageError("The database was created by a newer ragapp. Update this one.")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def known_revisions() -> frozenset[str]:
    """Every revision that has a migration, from the names of the files: `0008_tasks_and_artifacts.py`."""
    return frozenset(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def has_newest_schema(engine: Engine) -> bool:
    """Whether there is nothing to migrate. Does not load Alembic, since nearly every start finds this
    true."""
    with engine.begin() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    return found == [max(known_revisions())]
