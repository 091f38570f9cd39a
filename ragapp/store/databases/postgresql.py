"""PostgreSQL, through psycopg: many machines on one truth."""

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
"""Any number that nobody else in the database would take for an advisory lock: "ragapp" in ASCII."""

KEPT_OPEN = 16
"""Connections of a process; more are opened when all of those are busy, and closed again."""
WAIT_SECONDS = 5.0
"""For a connection when no more may be opened. As many as there are threads may be: who waits this long
waits for transactions that hang."""

SESSION = """
SET lock_timeout = '60s';
SET idle_in_transaction_session_timeout = '10min';
"""
"""Nobody waits for ever for a lock, and a client that hangs in a transaction loses its locks."""

PATIENT = """
SET LOCAL lock_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;
"""
"""But a migration may take as long as it needs: others wait for it, and who makes it idles meanwhile."""

HOLDING_TEXT = (
    "documents",
    "versions",
    "texts",
    "chunks",
    "vectors",
    "answers",
    "answer_sources",
)
"""Tables with rows that are made from documents."""

LIVENESS = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
"""libpq's defaults notice a server that vanished from the network after hours."""

FULL = ("53100", "58030")
"""disk_full and io_error (postgresql.org/docs/current/errcodes-appendix.html)."""
DAMAGED = ("XX001", "XX002", "42P01", "42703", "42P07")
"""data_corrupted, index_corrupted; undefined_table, undefined_column, duplicate_table. Our own statements
name what our migrations made: if it is not there, it was lost."""
AWAY = ("08", "25P03", "40", "53", "55P03", "57P")
"""So begin the codes of what may go well a moment later: connection, locks, resources, a server's end."""


class _Connections(QueuePool):
    def connect(self) -> PoolProxiedConnection:
        """Raises DatabaseBusy where the pool raises what looks like a defect."""
        try:
            return super().connect()
        except NoneFree:
            raise DatabaseBusy(
                f"All connections of this server to its database ({self.checkedout()}) are in use, and none "
                f"became free in {WAIT_SECONDS:.0f} s. Try again in a moment. If it goes on, look in "
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
                pool_size=min(connections, KEPT_OPEN),
                max_overflow=max(0, connections - KEPT_OPEN),
                pool_timeout=WAIT_SECONDS,
                json_deserializer=decoded,
                pool_pre_ping=True,  # a connection that was dropped meanwhile is made anew, unnoticed
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
            c.execute(text(PATIENT))
            c.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
            yield

    def now(self, c: Connection) -> float:
        """The server's clock: those of the workers' machines may differ by more than a lease."""
        return float(c.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())

    def damage(self, c: Connection) -> Sequence[str]:
        """Pages that were read since the server keeps count and whose checksum was wrong."""
        found = c.execute(
            text("SELECT checksum_failures FROM pg_stat_database WHERE datname = current_database()")
        ).scalar()
        return [f"{found} pages with a wrong checksum"] if found else []

    def dangling(self, c: Connection) -> Sequence[str]:  # noqa: ARG002  it keeps what foreign keys promise
        return []

    def insert_new(self, c: Connection, table: Table, rows: Iterable[Mapping[str, object]]) -> int:
        from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415  the dialect is large

        new = insert(table).on_conflict_do_nothing().returning(*table.primary_key)
        return len(c.execute(new, list(rows)).all())  # drivers do not agree on what they count

    def scrub(self, engine: Engine, seconds: float, *, rewrite: bool) -> str:  # noqa: ARG002  locks out all others
        """VACUUM removes dead rows, so that no query can bring them back, and lets others work meanwhile."""
        try:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as c:
                c.execute(text(f"SET lock_timeout = {round(seconds * 1000)}"))
                c.execute(text(f"VACUUM (INDEX_CLEANUP ON, TRUNCATE ON) {', '.join(HOLDING_TEXT)}"))
                c.execute(text(SESSION))
        except StorageUnavailable as error:
            return f"dead rows, until the server's autovacuum removes them ({error})"
        return (
            "free space of the server's files and its write-ahead log, until they are written over; "
            "`VACUUM FULL` in a quiet hour writes the tables anew"
        )

    def went_on(self, c: Connection, table: Table) -> None:
        column = table.autoincrement_column
        if column is not None:
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            last = select(func.max(column)).scalar_subquery()
            c.execute(select(func.setval(sequence, func.coalesce(last, 1), last.is_not(None))))

    def trouble(self, error: BaseException) -> RagappError | None:
        code = getattr(error, "sqlstate", None)
        if code in FULL:
            return StorageError(f"The database cannot be written: {error}. Free some disk space.")
        if "NUL (0x00)" in str(error):
            return UsageError("A text may not hold the character NUL. Leave it out.")
        if code in DAMAGED:
            return damaged(str(error).partition("\n")[0])
        if _unconnected(error) if code is None else code.startswith(AWAY):
            told = str(error).partition("\n")[0].rstrip(". ")
            return StorageUnavailable(
                f"The database does not answer: {told}. Check that it runs and RAGAPP_DATABASE_URL names it, "
                "or try again in a moment."
            )
        return None


def _unconnected(error: BaseException) -> bool:
    """The server could not be reached, or was lost: then there is no code from it."""
    from psycopg import OperationalError  # noqa: PLC0415  most do without the driver

    return isinstance(error, OperationalError)


def _prepare(connection: psycopg.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.execute(SESSION)
    connection.commit()


def _begin(connection: Connection) -> None:
    """Readers see one moment, as in SQLite, however many statements they need."""
    import psycopg  # noqa: PLC0415  most do without the driver

    writes = bool(connection.get_execution_options().get("ragapp_write"))
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    driver.isolation_level = (
        psycopg.IsolationLevel.READ_COMMITTED if writes else psycopg.IsolationLevel.REPEATABLE_READ
    )
    driver.read_only = not writes
