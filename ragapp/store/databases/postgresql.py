"""PostgreSQL, through psycopg: several machines share one database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, func, select, text
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.pool import QueuePool

from ragapp.errors import RagappError, StorageError, StorageUnavailable, UsageError
from ragapp.store.databases.database import DatabaseBusy, damaged, decoded

if TYPE_CHECKING:
    import psycopg
    from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

MIGRATION_LOCK = 0x72616761_7070
"""A key for an advisory lock that no other program will choose: "ragapp" in ASCII."""

POOL_SIZE = 16
"""Connections that a process keeps open. When all of them are busy, it opens more and closes them again."""
WAIT_SECONDS = 5.0
"""How long to wait for a connection when no more may be opened. There may be as many as threads, so a wait of
this length means that transactions hang."""

SESSION = """
SET lock_timeout = '60s';
SET idle_in_transaction_session_timeout = '10min';
"""
"""No session waits forever for a lock, and a client that hangs in a transaction loses its locks."""

NO_TIMEOUTS = """
SET LOCAL lock_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;
"""
"""A migration may take as long as it needs: other processes wait for it, and its own connection idles."""

TABLES_WITH_TEXT = (
    "documents",
    "versions",
    "texts",
    "chunks",
    "tables",
    "table_cells",
    "vectors",
    "answers",
    "answer_sources",
)
"""Tables whose rows are derived from documents."""

LIVENESS = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
"""With libpq's defaults it takes hours to notice that a server has vanished from the network."""

FULL = ("53100", "58030")
"""disk_full and io_error (postgresql.org/docs/current/errcodes-appendix.html)."""
DAMAGED = ("XX001", "XX002", "42P01", "42703", "42P07")
"""data_corrupted, index_corrupted; undefined_table, undefined_column, duplicate_table. Our statements only
name tables and columns that our migrations created, so a missing one was lost."""
TRANSIENT = ("08", "25P03", "40", "53", "55P03", "57P")
"""Prefixes of the codes of transient failures: connections, locks, resources, a server's shutdown."""


class _Connections(QueuePool):
    def connect(self) -> PoolProxiedConnection:
        """Raises DatabaseBusy instead of the pool's error, which looks like a defect."""
        try:
            return super().connect()
        except NoneFree:
            raise DatabaseBusy(
                f"All connections of this server to its database ({self.checkedout()}) are in use, and none "
                f"became free within {WAIT_SECONDS:.0f} s. Try again in a moment. If it persists, look in "
                "pg_stat_activity for what the database is waiting for.",
                retry_after=WAIT_SECONDS,
            ) from None


class PostgreSQL:
    def open(self, url: URL, connections: int) -> Engine:
        url = url.set(drivername="postgresql+psycopg")
        wanted = {name: value for name, value in LIVENESS.items() if name not in url.query}
        try:
            engine = create_engine(
                url.update_query_dict(wanted),
                poolclass=_Connections,
                pool_size=min(connections, POOL_SIZE),
                max_overflow=max(0, connections - POOL_SIZE),
                pool_timeout=WAIT_SECONDS,
                json_deserializer=decoded,
                pool_pre_ping=True,  # replaces connections that were dropped meanwhile
            )
        except ImportError as error:
            raise UsageError(
                f"PostgreSQL needs its driver ({error}). Run `pip install 'ragapp[server]'`."
            ) from None
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine

    @contextmanager
    def migrating(self, engine: Engine) -> Iterator[None]:
        with engine.begin() as c:
            c.execute(text(NO_TIMEOUTS))
            c.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
            yield

    def now(self, c: Connection) -> float:
        """The server's clock: the clocks of the workers' machines may differ by more than a lease."""
        return float(c.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())

    def damage(self, c: Connection) -> Sequence[str]:
        """Pages with a wrong checksum that the server has read since it began to count."""
        found = c.execute(
            text("SELECT checksum_failures FROM pg_stat_database WHERE datname = current_database()")
        ).scalar()
        return [f"{found} pages with a wrong checksum"] if found else []

    def dangling(self, c: Connection) -> Sequence[str]:  # noqa: ARG002  it enforces foreign keys
        return []

    def insert_new(self, c: Connection, table: Table, rows: Iterable[Mapping[str, object]]) -> int:
        from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415  the dialect is large

        new = insert(table).on_conflict_do_nothing().returning(*table.primary_key)
        return len(c.execute(new, list(rows)).all())  # drivers differ in what rowcount means

    def scrub(self, engine: Engine, seconds: float, *, rewrite: bool) -> str:  # noqa: ARG002  it would lock out everyone
        """Removes dead rows by VACUUM while others work, and returns where deleted text may be left."""
        try:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as c:
                c.execute(text(f"SET lock_timeout = {round(seconds * 1000)}"))
                c.execute(text(f"VACUUM (INDEX_CLEANUP ON, TRUNCATE ON) {', '.join(TABLES_WITH_TEXT)}"))
                c.execute(text(SESSION))
        except StorageUnavailable as error:
            return f"dead rows, until the server's autovacuum removes them ({error})"
        return (
            "free space of the server's files and its write-ahead log, until they are overwritten; "
            "`VACUUM FULL` rewrites the tables, but locks them meanwhile"
        )

    def advance_sequence(self, c: Connection, table: Table) -> None:
        column = table.autoincrement_column
        if column is not None:
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            last = select(func.max(column)).scalar_subquery()
            c.execute(select(func.setval(sequence, func.coalesce(last, 1), last.is_not(None))))

    def translated(self, error: BaseException) -> RagappError | None:
        code = getattr(error, "sqlstate", None)
        if code in FULL:
            return StorageError(f"The database cannot be written: {error}. Free some disk space.")
        if "NUL (0x00)" in str(error):
            return UsageError("A text must not contain the NUL character. Remove it.")
        if code in DAMAGED:
            return damaged(str(error).partition("\n")[0])
        if _is_connection_failure(error) if code is None else code.startswith(TRANSIENT):
            reason = str(error).partition("\n")[0].rstrip(". ")
            return StorageUnavailable(
                f"The database does not respond: {reason}. Check that it runs and that RAGAPP_DATABASE_URL "
                "is its address, or try again in a moment."
            )
        return None


def _is_connection_failure(error: BaseException) -> bool:
    """Whether the server could not be reached or was lost: such an error has no code."""
    from psycopg import OperationalError  # noqa: PLC0415  most installations do without the driver

    return isinstance(error, OperationalError)


def _prepare(connection: psycopg.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.execute(SESSION)
    connection.commit()


def _begin(connection: Connection) -> None:
    """Transactions that read see one consistent snapshot, as in SQLite."""
    import psycopg  # noqa: PLC0415  most installations do without the driver

    writes = bool(connection.get_execution_options().get("ragapp_write"))
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    driver.isolation_level = (
        psycopg.IsolationLevel.READ_COMMITTED if writes else psycopg.IsolationLevel.REPEATABLE_READ
    )
    driver.read_only = not writes
