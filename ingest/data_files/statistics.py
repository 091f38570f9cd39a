"""What is known of the values of a table: ranges, distinct values and examples."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from ragapp.data_files.connection import identifier
from ragapp.data_files.worker import plain
from ragapp.types import ColumnType, DataColumn

FEW = 20
"""Distinct values that are all listed."""
SOME = 5
"""Examples of the values of other columns."""
EXAMPLE_ROWS = 5
MAX_EXAMPLE = 100
"""Characters of an example."""

Described = tuple[int, tuple[DataColumn, ...], tuple[tuple[str | None, ...], ...]]


def described(
    c: duckdb.DuckDBPyConnection, source: str, kinds: Sequence[tuple[str, ColumnType, str | None]]
) -> Described:
    """The number of rows, the columns (given by name, type and unit) and the first rows as texts."""
    figures = [
        f"count({name}), approx_count_distinct({name}), min({name}), max({name})"
        for name in (identifier(column) for column, _, _ in kinds)
    ]
    row = c.execute(f"SELECT count(*), {', '.join(figures)} FROM {source}").fetchone()
    assert row is not None
    rows, *rest = row
    columns = [
        _column(c, source, kind, rows, rest[place * 4 : place * 4 + 4]) for place, kind in enumerate(kinds)
    ]
    first = c.execute(f"SELECT * FROM {source} LIMIT {EXAMPLE_ROWS}").fetchall()
    return rows, tuple(columns), tuple(tuple(_short(value) for value in one) for one in first)


def _column(
    c: duckdb.DuckDBPyConnection,
    source: str,
    kind: tuple[str, ColumnType, str | None],
    rows: int,
    figures: Sequence[object],
) -> DataColumn:
    name, type_, unit = kind
    present, distinct, least, greatest = figures
    assert isinstance(present, int)
    assert isinstance(distinct, int)
    return DataColumn(
        name=name,
        type=type_,
        unit=unit,
        empty=rows - present,
        distinct=distinct,
        minimum=None if type_ == "text" else plain(least),
        maximum=None if type_ == "text" else plain(greatest),
        examples=_examples(c, source, name, distinct) if type_ == "text" else (),
    )


def _examples(c: duckdb.DuckDBPyConnection, source: str, name: str, distinct: int) -> tuple[str, ...]:
    """The most frequent values where there are few, and otherwise some of them."""
    column = identifier(name)
    few = distinct <= FEW
    origin = source if few else f"(SELECT {column} FROM {source} WHERE {column} IS NOT NULL LIMIT 1000)"
    found = c.execute(
        f"SELECT {column} FROM {origin} WHERE {column} IS NOT NULL GROUP BY {column} "
        f"ORDER BY count(*) DESC, {column} LIMIT {FEW if few else SOME}"
    ).fetchall()
    return tuple(short for (value,) in found if (short := _short(value)) is not None)


def _short(value: object) -> str | None:
    text = plain(value)
    if text is None or len(text) <= MAX_EXAMPLE:
        return None if text is None else " ".join(text.split())
    return " ".join(text[:MAX_EXAMPLE].split()) + "…"
