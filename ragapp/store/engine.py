"""Opening the database, and bringing it to the newest schema."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import Connection, Engine, ExceptionContext, event, make_url
from sqlalchemy.exc import ArgumentError

from ragapp.errors import UsageError
from ragapp.store.databases.database import WRITE, Database
from ragapp.store.databases.postgresql import PostgreSQL
from ragapp.store.databases.sqlite import SQLite
from ragapp.store.revisions import MIGRATIONS, has_newest_schema, known_revisions

__all__ = ["WRITE", "database_of", "migrate", "open_engine"]

_DATABASES: Mapping[str, Database] = MappingProxyType(
    {"sqlite": SQLite(), "postgresql": PostgreSQL(), "postgres": PostgreSQL()}
)


CONNECTIONS = 48
"""At a time, for those who do not say how many threads they have."""


def open_engine(url: str, connections: int = CONNECTIONS) -> Engine:
    """An engine on a database at the newest schema; makes or migrates it when needed.

    There are no more `connections` to a server at a time. Raises UsageError for a URL we do not know or a
    database of a newer ragapp, StorageUnavailable.
    """
    try:
        parsed = make_url(url)
        database = _DATABASES[parsed.get_backend_name()]
    except (ArgumentError, KeyError, ValueError):  # the last for a port that is no number
        raise UsageError(
            "RAGAPP_DATABASE_URL is not the address of a database. It begins with postgresql+psycopg:// or "
            "sqlite:///."
        ) from None
    engine = database.open(parsed, connections)

    def as_ours(context: ExceptionContext) -> None:
        trouble = database.trouble(context.original_exception)
        if trouble is not None and not context.is_pre_ping:  # a connection that was lost is made anew
            raise trouble

    event.listen(engine, "handle_error", as_ours)
    with database.migrating(engine):
        if not has_newest_schema(engine):
            migrate(engine)
    return engine


def database_of(c: Connection | Engine) -> Database:
    return _DATABASES[c.dialect.name]


def migrate(engine: Engine, revision: str = "head") -> None:
    """Brings the database to that schema, by default the newest, in one transaction. Raises UsageError."""
    from alembic import command  # noqa: PLC0415  takes a tenth of a second, and few starts migrate
    from alembic.config import Config  # noqa: PLC0415
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.execution_options(**WRITE).begin() as connection:
        now = MigrationContext.configure(connection).get_current_revision()
        if now is not None and now not in known_revisions():
            raise UsageError("The database was made by a newer ragapp. Update this one.")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
