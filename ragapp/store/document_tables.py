"""The tables of documents in SQL: written with their version, and read with their cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, select

from ragapp.errors import no_table
from ragapp.store import schema as t
from ragapp.store.blob_references import NewBlob
from ragapp.types import (
    DataColumn,
    DataRows,
    DataTable,
    NewData,
    ParsedText,
    StoredTable,
    TableCell,
    TableHeader,
    TableSummary,
)

_HEADERS = TypeAdapter(tuple[TableHeader, ...])
_COLUMNS = TypeAdapter(tuple[DataColumn, ...])

Cells = dict[tuple[int, int], TableCell]


def write(c: Connection, version_id: int, parsed: ParsedText, tables: Sequence[DataTable]) -> None:
    """Adds the tables of a version, numbered from 1 in the given order, with all their cells."""
    if not tables:
        return
    rows = [_table_row(version_id, number, parsed, table) for number, table in enumerate(tables, 1)]
    c.execute(insert(t.tables), rows)
    by_number = select(t.tables.c.id).where(t.tables.c.version_id == version_id).order_by(t.tables.c.number)
    ids = c.scalars(by_number).all()
    cells = [row for key, table in zip(ids, tables, strict=True) for row in _cell_rows(key, table)]
    if cells:
        c.execute(insert(t.table_cells), cells)


def write_data(
    c: Connection,
    version_id: int,
    parsed: ParsedText,
    data: Sequence[NewData],
    stored: Sequence[NewBlob],
) -> None:
    """Adds the tables of a data file, whose rows are `stored`, unless the version is gone already.

    They are numbered after those of the text.
    """
    if not data or c.scalar(select(t.versions.c.id).where(t.versions.c.id == version_id)) is None:
        return
    of_version = t.tables.c.version_id == version_id
    first = (c.scalar(select(func.max(t.tables.c.number)).where(of_version)) or 0) + 1
    for new_blob in sorted(stored, key=lambda one: one.blob.sha256):
        new_blob.keep(c)
    rows = [
        _table_row(version_id, number, parsed, new.table)
        | dict(
            sha256=stored_as.blob.sha256,
            data_rows=new.rows,
            data_columns=_COLUMNS.dump_python(new.columns, mode="json"),
        )
        for number, (new, stored_as) in enumerate(zip(data, stored, strict=True), first)
    ]
    c.execute(insert(t.tables), rows)


def summaries(c: Connection, collection_id: int, document_id: str | None) -> list[TableSummary]:
    """The tables of a collection's live documents, or of one document, in the order of the documents."""
    columns = (column for column in t.tables.c if column is not t.tables.c.introduction)
    query = _live(*columns).where(t.documents.c.collection_id == collection_id)
    if document_id is not None:
        query = query.where(t.documents.c.id == document_id)
    ordered = query.order_by(t.versions.c.name, t.documents.c.id, t.tables.c.number)
    return [_summary(row) for row in c.execute(ordered)]


def document_of(c: Connection, table_id: int) -> str:
    """The id of the document whose live version has the table. Raises NotFoundError."""
    found = c.execute(_live(t.tables.c.id).where(t.tables.c.id == table_id)).one_or_none()
    if found is None:
        raise no_table(table_id)
    return str(found.document_id)


def table(c: Connection, table_id: int) -> StoredTable:
    """A table with its cells. Raises NotFoundError unless it belongs to a live version."""
    found = _stored(c, t.tables.c.id == table_id)
    if not found:
        raise no_table(table_id)
    return found[0]


def overlapping(c: Connection, version_id: int, start: int, end: int) -> tuple[StoredTable, ...]:
    """The tables of a live version that share characters with text[start:end]."""
    inside = (t.tables.c.start < end) & (t.tables.c.end > start)
    return _stored(c, (t.tables.c.version_id == version_id) & inside)


def of_version(c: Connection, version_id: int) -> tuple[StoredTable, ...]:
    """All tables of a live version, by number."""
    return _stored(c, t.tables.c.version_id == version_id)


def of_document(c: Connection, document_id: str, version: int) -> tuple[StoredTable, ...]:
    """All tables of a document, by number, if `version` is its live one."""
    return _stored(c, (t.documents.c.id == document_id) & (t.versions.c.version == version))


def _table_row(version_id: int, number: int, parsed: ParsedText, table: DataTable) -> dict[str, object]:
    return dict(
        version_id=version_id,
        number=number,
        page=parsed.page_at(table.start),
        start=table.start,
        end=table.end,
        caption=table.caption,
        introduction=table.introduction,
        row_headers=_HEADERS.dump_python(table.rows, mode="json"),
        column_headers=_HEADERS.dump_python(table.columns, mode="json"),
    )


def _cell_rows(table_id: int, table: DataTable) -> Iterator[dict[str, object]]:
    """Its rows in the order of their key, in which databases add them fastest."""
    data = ((place, cell, False) for place, cell in table.cells.items())
    headers = ((place, cell, True) for place, cell in table.header_cells.items() if place not in table.cells)
    for (row, column), cell, header in sorted(chain(data, headers), key=lambda one: one[0]):
        yield dict(
            table_id=table_id,
            row=row,
            column=column,
            header=header,
            start=cell.start,
            end=cell.end,
            text=cell.text,
            type=cell.type,
            value=None if cell.value is None else str(cell.value),
            unit=cell.unit,
            scale=cell.scale,
            notes=cell.notes,
        )


def _live(*columns: ColumnElement[Any]) -> Select[Any]:
    """Selects from the tables of live versions, with the names of their documents."""
    return (
        select(*columns, t.documents.c.id.label("document_id"), t.versions.c.name, t.versions.c.version)
        .select_from(t.tables)
        .join(t.versions, t.versions.c.id == t.tables.c.version_id)
        .join(t.documents, t.documents.c.live_version_id == t.versions.c.id)
    )


def _stored(c: Connection, chosen: ColumnElement[bool]) -> tuple[StoredTable, ...]:
    rows = c.execute(_live(*t.tables.c).where(chosen).order_by(t.tables.c.number)).all()
    cells = _cells(c, [row.id for row in rows])
    return tuple(_stored_table(row, *cells[row.id]) for row in rows)


BATCH = 500
"""Tables whose cells are read by one statement: databases limit the number of its parameters."""


def _cells(c: Connection, table_ids: Sequence[int]) -> Mapping[int, tuple[Cells, Cells]]:
    """The cells of data, and those that are headers, by table."""
    found: dict[int, tuple[Cells, Cells]] = defaultdict(lambda: ({}, {}))
    for first in range(0, len(table_ids), BATCH):
        some = t.table_cells.c.table_id.in_(table_ids[first : first + BATCH])
        for row in c.execute(select(t.table_cells).where(some).order_by(*t.table_cells.primary_key)):
            found[row.table_id][row.header][row.row, row.column] = _cell(row)
    return found


def _cell(row: Row[Any]) -> TableCell:
    return TableCell(
        row=row.row,
        column=row.column,
        start=row.start,
        end=row.end,
        text=row.text,
        type=row.type,
        value=_value(row.type, row.value),
        unit=row.unit,
        scale=row.scale,
        notes=tuple(row.notes),
    )


def _value(kind: str, value: str | None) -> Decimal | date | None:
    if value is None:
        return None
    return date.fromisoformat(value) if kind == "date" else Decimal(value)


def _stored_table(row: Row[Any], cells: Cells, header_cells: Cells) -> StoredTable:
    meaning = DataTable(
        start=row.start,
        end=row.end,
        rows=_HEADERS.validate_python(row.row_headers),
        columns=_HEADERS.validate_python(row.column_headers),
        cells=cells,
        caption=row.caption,
        introduction=row.introduction,
        header_cells=header_cells,
    )
    return StoredTable(
        id=row.id,
        document_id=row.document_id,
        document_name=row.name,
        version_id=row.version_id,
        number=row.number,
        page=row.page,
        table=meaning,
        version=row.version,
        data=_data(row),
    )


def _data(row: Row[Any]) -> DataRows | None:
    if row.sha256 is None:
        return None
    return DataRows(row.sha256, row.data_rows, _COLUMNS.validate_python(row.data_columns))


def _summary(row: Row[Any]) -> TableSummary:
    data = _data(row)
    columns: Iterable[str] = (header.label for header in _HEADERS.validate_python(row.column_headers))
    return TableSummary(
        id=row.id,
        document_id=row.document_id,
        document_name=row.name,
        version=row.version,
        number=row.number,
        page=row.page,
        start=row.start,
        end=row.end,
        caption=row.caption,
        rows=len(row.row_headers) if data is None else data.rows,
        columns=tuple(columns) if data is None else tuple(column.name for column in data.columns),
        data_file=data is not None,
    )
