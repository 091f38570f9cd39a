"""Checking the store's invariants, and repairing violations, as `ragapp doctor` does."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import JSON, Connection, DateTime, Integer, Table, inspect, select

from ragapp.errors import StorageError
from ragapp.protocols import BlobStore
from ragapp.store import reading_gaps
from ragapp.store.engine import database_of
from ragapp.store.invariants import Invariant, blob_invariants, row_invariants
from ragapp.store.schema import metadata
from ragapp.types import Check

MAX_SHOWN = 5
"""Offenders that are named in the detail of a check."""


def run(c: Connection, blobs: BlobStore, *, repair: bool) -> list[Check]:
    """One check for each invariant, and one that counts what was not read of the documents.

    With `repair`, repairs what it can, in the transaction of `c`.

    Raises StorageError when the database cannot be read to the end.
    """
    checks = []
    for basic in (INTACT, COMPLETE, READABLE):
        checks.append(_check(c, basic, repair=repair))
        if not checks[-1].ok:
            return checks
    others = (REFERENCES, *row_invariants(), *blob_invariants(blobs))
    held = [_check(c, invariant, repair=repair) for invariant in others]
    return [*checks, *held, reading_gaps.summary(c)]


def _check(c: Connection, invariant: Invariant, *, repair: bool) -> Check:
    offenders = invariant.offenders(c)
    repaired = 0
    if offenders and repair and invariant.repair is not None:
        invariant.repair(c, offenders)
        repaired = len(offenders)
        offenders = invariant.offenders(c)
    return Check(invariant.name, not offenders, _detail(invariant, offenders, repaired))


def _detail(invariant: Invariant, offenders: Sequence[str], repaired: int) -> str:
    if not offenders:
        return f"ok, {repaired} repaired" if repaired else "ok"
    shown = ", ".join(offenders[:MAX_SHOWN])
    more = f" and {len(offenders) - MAX_SHOWN} more" if len(offenders) > MAX_SHOWN else ""
    return f"violated by {shown}{more}; {invariant.remedy}"


def _missing_tables(c: Connection) -> Sequence[str]:
    """Tables that do not exist, and missing columns of those that do."""
    found = inspect(c)
    existing = set(found.get_table_names())
    missing = [table.name for table in metadata.sorted_tables if table.name not in existing]
    for table in metadata.sorted_tables:
        if table.name in existing:
            columns = {column["name"] for column in found.get_columns(table.name)}
            missing += [f"{table.name}.{name}" for name in set(table.columns.keys()) - columns]
    return sorted(missing)


def _unreadable_tables(c: Connection) -> Sequence[str]:
    """Tables with a value that does not have its column's type: SQLite stores any bytes."""
    return [table.name for table in metadata.sorted_tables if not _is_readable(c, table)]


def _is_readable(c: Connection, table: Table) -> bool:
    decoded = [column for column in table.columns if isinstance(column.type, (DateTime, JSON, Integer))]
    if not decoded:
        return True
    numbers = [place for place, column in enumerate(decoded) if isinstance(column.type, Integer)]
    try:
        for row in c.execute(select(*decoded).execution_options(yield_per=1000)):
            if not all(isinstance(row[place], int | None) for place in numbers):
                return False
    except (ValueError, TypeError, StorageError):
        return False
    return True


INTACT = Invariant(
    "the database file is intact",
    lambda c: database_of(c).damage(c),
    remedy="the other checks of the database were skipped. Stop ragapp, keep a copy of the data folder, and "
    "restore a backup with `ragapp restore FILE --force`",
)
COMPLETE = Invariant("every table and column exists", _missing_tables, remedy=INTACT.remedy)
READABLE = Invariant("every row can be read", _unreadable_tables, remedy=INTACT.remedy)
REFERENCES = Invariant(
    "every reference between rows is valid",
    lambda c: database_of(c).dangling(c),
    remedy="restore a backup: `ragapp restore FILE --force`",
)
