"""The result of converting a data file: written by the confined process, and read by its parent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from ragapp.errors import ParseError
from ragapp.text.builder import TextBuilder
from ragapp.types import DataColumn, DataTable, NewData, ParsedText, TableHeader

if TYPE_CHECKING:
    from ingest.data_files.convert import ConvertedTable
    from ingest.data_files.kinds import DataFileKind
    from ragapp.sandbox.messages import SandboxRequest

HEAD_BYTES = 8
"""Length of the number that says how long the description is. The Parquet files follow it."""

NOT_DATA = (2).to_bytes(HEAD_BYTES, "big") + b"[]"
"""The result for a document that is to be parsed as a text."""

_COLUMNS = TypeAdapter(tuple[DataColumn, ...])
_TABLES = TypeAdapter(list[dict[str, Any]])


@dataclass(frozen=True, slots=True)
class DataFile:
    """A data file: the text that describes it, and its tables."""

    parsed: ParsedText
    tables: tuple[NewData, ...]


def converted(request: SandboxRequest, kind: DataFileKind, rows: int, *, read_hidden: bool = True) -> bytes:
    """The tables as bytes; an empty list of tables when none has more than `rows` rows. Raises ParseError."""
    from ingest.data_files.convert import convert, lines_of  # noqa: PLC0415  DuckDB is large

    tables = convert(request.source, request.name, kind, read_hidden=read_hidden)
    if kind != "parquet" and max((table.rows for table in tables), default=0) <= rows:
        tables = []
    if kind == "parquet" and not tables[0].rows:
        raise ParseError(f"{request.name} has no rows. Check the file and add it again.")
    return _encoded([(table, list(lines_of(table))) for table in tables])


def _encoded(tables: Sequence[tuple[ConvertedTable, list[str]]]) -> bytes:
    described = [
        {
            "title": table.title,
            "lines": lines,
            "rows": table.rows,
            "columns": _COLUMNS.dump_python(table.columns, mode="json"),
            "size": len(table.parquet),
        }
        for table, lines in tables
    ]
    head = json.dumps(described).encode()
    return b"".join((len(head).to_bytes(HEAD_BYTES, "big"), head, *(table.parquet for table, _ in tables)))


def read_data_file(result: bytes, name: str) -> DataFile | None:
    """Reads what the confined process has returned, which may be hostile. Raises ParseError."""
    length = int.from_bytes(result[:HEAD_BYTES], "big")
    try:
        described = _TABLES.validate_json(result[HEAD_BYTES : HEAD_BYTES + length])
        return _data_file(described, result[HEAD_BYTES + length :]) if described else None
    except (ValidationError, KeyError, TypeError, ValueError) as error:
        raise ParseError(
            f"{name} was not converted to a valid table. The file may be hostile: check where it comes from."
        ) from error


def _data_file(described: Sequence[dict[str, Any]], contents: bytes) -> DataFile:
    out, tables, read = TextBuilder(), list[NewData](), 0
    for number, one in enumerate(described):
        if number:
            out.page()
        out.heading(1, one["title"])
        for line in one["lines"]:
            out.paragraph(line)
    parsed = out.build()
    for place, one in enumerate(described):
        columns = _COLUMNS.validate_python(one["columns"])
        start = parsed.page_starts[place]
        last = place + 1 == len(described)
        end = len(parsed.text) if last else parsed.page_starts[place + 1]
        size = int(one["size"])
        headers = tuple(TableHeader(at, (c.name,), unit=c.unit) for at, c in enumerate(columns))
        table = DataTable(start, end, (), headers, {}, caption=one["title"])
        tables.append(NewData(table, columns, int(one["rows"]), contents[read : read + size]))
        read += size
    if read != len(contents):
        raise ValueError("some bytes belong to no table")
    return DataFile(parsed, tuple(tables))
