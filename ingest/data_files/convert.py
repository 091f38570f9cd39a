"""Converting a data file: each of its tables becomes a Parquet file with a description of its columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

import duckdb

from ingest.data_files.columns import ColumnReading, readings
from ingest.data_files.delimited import Delimited, examine, memory_file, normalized
from ingest.data_files.kinds import DataFileKind
from ingest.data_files.statistics import described
from ragapp.data_files.connection import PARQUET, connect, identifier, literal
from ragapp.errors import ParseError
from ragapp.table_queries.relation import unique_names
from ragapp.types import ColumnType, DataColumn

SAMPLE_ROWS = 500
"""Rows from which the types of columns are guessed. All rows are then checked when they are converted."""

MAX_COLUMNS = 500
"""A file with more columns is read as a text: each column takes queries of its own."""


@dataclass(frozen=True, slots=True)
class ConvertedTable:
    """A table of a data file: its Parquet file, its columns and its first rows as printed texts."""

    title: str
    parquet: bytes
    rows: int
    columns: tuple[DataColumn, ...]
    examples: tuple[tuple[str | None, ...], ...]


def convert(source: str, name: str, kind: DataFileKind, *, read_hidden: bool = True) -> list[ConvertedTable]:
    """The tables of the file at `source`; none when it has no columns, or too many. Raises ParseError."""
    stem = PurePath(name).stem
    if kind == "parquet":
        return [_from_parquet(source, stem, name)]
    if kind == "delimited":
        found = [(stem, examine(source, name))]
    else:
        from ingest.data_files.workbook import sheets  # noqa: PLC0415  few documents need it

        found = list(sheets(source, name, read_hidden=read_hidden))
    if any(len(table.names) > MAX_COLUMNS for _, table in found):
        return []
    return [_from_text(table, title, name) for title, table in found if table.names]


def _from_text(file: Delimited, title: str, name: str) -> ConvertedTable:
    """Tries the fastest way first: rows of equal length whose types are those of the first ones.

    DuckDB may not be lenient: it would take a quote that is left open to reach to the end.
    """
    for attempt in (_by_sample, _normalized):
        try:
            return attempt(file, title)
        except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.OutOfRangeException):
            continue
        except duckdb.Error as error:
            raise ParseError(f"{name} cannot be read as a table: {first_line(error)}") from error
    raise ParseError(
        f"{name} cannot be read as a table. Check for an unclosed quote, or rename the file to .txt."
    )


def _by_sample(file: Delimited, title: str) -> ConvertedTable:
    target = memory_file()
    with connect([file.path, target]) as c:
        c.execute(f"CREATE TABLE sample AS SELECT * FROM {file.source()} LIMIT {SAMPLE_ROWS}")
        columns = readings(c, "sample", file.names)
        if any(column.style == "unclear date" for column in columns):
            return _read_whole(c, file.source(), file.names, title, target)
        return _written(c, file.source(), columns, title, target)


def _normalized(file: Delimited, title: str) -> ConvertedTable:
    even, target = normalized(file), memory_file()
    with connect([even.path, target]) as c:
        return _read_whole(c, even.source(lenient=True), even.names, title, target)


def _read_whole(
    c: duckdb.DuckDBPyConnection, source: str, names: Sequence[str], title: str, target: str
) -> ConvertedTable:
    """Finds the types of the columns by all rows."""
    c.execute(f"CREATE TABLE texts AS SELECT * FROM {source}")
    return _written(c, "texts", readings(c, "texts", names), title, target)


def _written(
    c: duckdb.DuckDBPyConnection, source: str, columns: Sequence[ColumnReading], title: str, target: str
) -> ConvertedTable:
    chosen = ", ".join(f"{one.expression()} AS {identifier(one.source)}" for one in columns)
    c.execute(f"COPY (SELECT {chosen} FROM {source}) TO {literal(target)} {PARQUET}")
    kinds = [(one.source, one.type, one.unit) for one in columns]
    return _converted(c, title, target, kinds)


def _from_parquet(source: str, title: str, name: str) -> ConvertedTable:
    """Values of nested types become texts."""
    target = memory_file()
    try:
        with connect([source, target]) as c:
            c.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(source)})")
            found = [(str(row[0]), str(row[1])) for row in c.fetchall()]
            names = unique_names([column for column, _ in found])
            chosen = [
                (f"{_cast(identifier(column), declared)} AS {identifier(unique)}", unique, _type(declared))
                for (column, declared), unique in zip(found, names, strict=True)
            ]
            selected = ", ".join(expression for expression, _, _ in chosen)
            c.execute(
                f"COPY (SELECT {selected} FROM read_parquet({literal(source)})) "
                f"TO {literal(target)} {PARQUET}"
            )
            return _converted(c, title, target, [(unique, kind, None) for _, unique, kind in chosen])
    except duckdb.Error as error:
        raise ParseError(f"{name} cannot be read as Parquet: {first_line(error)}") from error


NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "FLOAT", "DOUBLE")


def _type(declared: str) -> ColumnType:
    if declared in NUMBERS or declared.startswith("DECIMAL"):
        return "number"
    if declared == "DATE":
        return "date"
    return "time" if declared.startswith("TIMESTAMP") else "text"


def _cast(column: str, declared: str) -> str:
    kind = _type(declared)
    if kind == "time":
        return f"CAST({column} AS TIMESTAMP)"
    return f"CAST({column} AS VARCHAR)" if kind == "text" and declared != "VARCHAR" else column


def _converted(
    c: duckdb.DuckDBPyConnection, title: str, target: str, kinds: Sequence[tuple[str, ColumnType, str | None]]
) -> ConvertedTable:
    rows, columns, examples = described(c, f"read_parquet({literal(target)})", kinds)
    return ConvertedTable(title, Path(target).read_bytes(), rows, columns, examples)


def first_line(error: duckdb.Error) -> str:
    """The first line of an error's message, without the SQL statement."""
    return str(error).partition("\n")[0][:300]


def lines_of(table: ConvertedTable) -> Iterator[str]:
    """The description of a table for people and for search, a line for each column and example."""
    names = ", ".join(column.name for column in table.columns)
    yield (
        f"Data table {table.title} with {table.rows:,} rows and {len(table.columns)} columns: {names}. "
        "Its rows can be queried; this text describes them."
    )
    yield "Columns:\n" + "\n".join(_column_line(column, table.rows) for column in table.columns)
    yield "Example rows:\n" + "\n".join(_example_line(table.columns, row) for row in table.examples)


def _column_line(column: DataColumn, rows: int) -> str:
    kind = column.type if column.unit is None or column.unit == "%" else f"{column.type} in {column.unit}"
    parts = [f"{column.name}: {kind}"]
    if column.minimum is not None and column.type != "text":
        parts.append(f"from {column.minimum} to {column.maximum}")
    if column.examples:
        listed = ", ".join(column.examples)
        few = column.distinct <= len(column.examples)
        parts.append(f"{column.distinct} different values: {listed}" if few else f"such as {listed}")
    if column.empty:
        parts.append(f"{column.empty:,} of {rows:,} rows have no value")
    return ", ".join(parts)


def _example_line(columns: Sequence[DataColumn], row: Sequence[str | None]) -> str:
    return "; ".join(
        f"{column.name}: {value}" for column, value in zip(columns, row, strict=True) if value is not None
    )
