"""Whether the database has the tables that our migrations made, with values of the kinds they are to hold."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import JSON, Connection, DateTime, Table, inspect, select

from ragapp.errors import StorageError
from ragapp.store.schema import metadata


def missing(c: Connection) -> Sequence[str]:
    """Tables that are not there, and columns of those that are."""
    found = inspect(c)
    there = set(found.get_table_names())
    lost = [table.name for table in metadata.sorted_tables if table.name not in there]
    for table in metadata.sorted_tables:
        if table.name in there:
            columns = {column["name"] for column in found.get_columns(table.name)}
            lost += [f"{table.name}.{name}" for name in set(table.columns.keys()) - columns]
    return sorted(lost)


def unreadable(c: Connection) -> Sequence[str]:
    """Tables with a value that is not of its column's kind: SQLite keeps whatever bytes are there."""
    return [table.name for table in metadata.sorted_tables if not _can_be_read(c, table)]


def _can_be_read(c: Connection, table: Table) -> bool:
    decoded = [column for column in table.columns if isinstance(column.type, (DateTime, JSON))]
    if not decoded:
        return True
    try:
        for _ in c.execute(select(*decoded).execution_options(yield_per=1000)):
            pass
    except (ValueError, TypeError, StorageError):
        return False
    return True
