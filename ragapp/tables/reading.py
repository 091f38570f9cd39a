"""Reads what the cells of a table mean: numbers with unit and scale under their row and column heads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from ragapp.tables.cells import CellValue, DecimalMark, decimal_mark_of, read_cell, without_notes
from ragapp.tables.columns import Heads, name_columns
from ragapp.tables.grid import Grid, Placed, grid_of
from ragapp.tables.layout import lay_out
from ragapp.tables.rows import NamedRow, RowSection, name_rows
from ragapp.tables.units import Units, is_currency, units_in_sentence
from ragapp.types import Table
from ragapp.types.tables import CellType, DataTable, TableCell, TableHeader

REACH = 1500
"""Characters before a table in which its units may be stated."""

_PER_SHARE = re.compile(r"\bper[ -](?:\w+ ){0,3}(?:share|unit|ads|ordinary)\b|\bEPS\b", re.IGNORECASE)
_SHARES = re.compile(r"\bshares?\b|\bshare count\b|\bstock options?\b|\bRSUs?\b", re.IGNORECASE)
_COUNTS = re.compile(
    r"\b(?:number of|headcount|ratios?|days|multiple|weighted[- ]average (?:number|common|shares)|shares"
    r"|options outstanding|square feet|units? sold|volume|years)\b"
    r"|^(?:\w+ )?(?:employees|stores|restaurants|customers|films|subscribers)\b",
    re.IGNORECASE,
)
_COUNTING_COLUMN = re.compile(r"\b(?:number of|notes?|employees|years|shares)\b(?! ended)", re.IGNORECASE)
_PERCENT_ROW = re.compile(r"%|\bpercent(?:age)?\b|\bper cent\b", re.IGNORECASE)
_SCALE_FREE = re.compile(r"\b(?:ratio|days|employees|headcount|number of employees)\b", re.IGNORECASE)


def read_table(text: str, table: Table) -> DataTable:
    """The table with its meaning. `text` is that of the document: `table` and its cells are spans of it."""
    grid = grid_of(text, table)
    layout = lay_out(grid)
    said = _units_around(table).over(_units_before(text, table))
    sections: list[RowSection] = []
    columns: list[TableHeader] = []
    rows: list[TableHeader] = []
    cells: dict[tuple[int, int], TableCell] = {}
    heads_shown: dict[tuple[int, int], TableCell] = {}
    mark = decimal_mark_of(cell.text for cell in grid.cells.values()) or "."
    for number, block in enumerate(layout.blocks):
        offset = number * grid.width
        heads = name_columns(grid, block, layout.label_columns, offset)
        named = list(name_rows(grid, block, layout.label_columns, sections))
        reader = _BlockReader(heads, named, said=said, offset=offset, mark=mark)
        columns += heads.columns
        rows += [row.header for row in named]
        cells |= reader.cells()
        heads_shown |= {cell.place: _as_text(cell) for cell in _header_cells(grid, heads, named)}
    return DataTable(
        table.start,
        table.end,
        tuple(rows),
        tuple(columns),
        cells,
        table.caption,
        table.introduction,
        heads_shown,
    )


def _units_around(table: Table) -> Units:
    """The units that caption, introduction and head give."""
    caption = units_in_sentence(table.caption).over(units_in_sentence(table.head.split("|")[0]))
    return caption.over(units_in_sentence(table.introduction))


def _units_before(text: str, table: Table) -> Units:
    """The units that the prose before a table states for it last: "(in thousands, except per share data)"."""
    lines = text[max(0, table.start - REACH) : table.start].split("\n")
    stated = (units_in_sentence(line) for line in reversed(lines) if "|" not in line)
    found = next((units for units in stated if units.scale is not None), Units())
    return Units(None, found.scale, found.exceptions, found.counts)


def _header_cells(grid: Grid, heads: Heads, rows: Iterable[NamedRow]) -> Iterator[Placed]:
    yield from heads.cells
    for row in rows:
        yield from (grid.cells[place] for place in row.header.cells)


def _as_text(cell: Placed) -> TableCell:
    bare, notes = without_notes(cell.text)
    return TableCell(cell.row, cell.column, cell.start, cell.end, bare, notes=notes)


class _BlockReader:
    """Reads the cells of a block's rows under its columns."""

    def __init__(
        self, heads: Heads, rows: list[NamedRow], *, said: Units, offset: int, mark: DecimalMark
    ) -> None:
        self._rows = rows
        self._columns = {column.index - offset: column for column in heads.columns}
        self._offset = offset
        self._units = heads.units.over(said)
        self._marks = {
            column: decimal_mark_of(cell.text for row in rows for cell in row.cells if cell.column == column)
            or mark
            for column in self._columns
        }
        self._read = [
            [(cell, read_cell(cell.text, self._marks[cell.column])) for cell in row.cells] for row in rows
        ]
        self._currency = self._units.unit or self._common_currency()

    def cells(self) -> dict[tuple[int, int], TableCell]:
        made = (
            self._cell(row, cell, value)
            for row, read in zip(self._rows, self._read, strict=True)
            for cell, value in read
        )
        return {(cell.row, cell.column): cell for cell in made}

    def _common_currency(self) -> str | None:
        found = {value.unit for read in self._read for _, value in read if value.type == "money"}
        found |= {
            column.unit for column in self._columns.values() if column.unit and is_currency(column.unit)
        }
        return found.pop() if len(found) == 1 else None

    def _cell(self, row: NamedRow, cell: Placed, value: CellValue) -> TableCell:
        column = self._columns[cell.column]
        unit = self._unit(row, column, cell, value)
        scale = self._scale(row, column, value, unit)
        kind = self._type(value, unit)
        index = cell.column + self._offset
        return TableCell(
            cell.row, index, cell.start, cell.end, value.text, kind, value.value, unit, scale, value.notes
        )

    @staticmethod
    def _type(value: CellValue, unit: str | None) -> CellType:
        if value.type != "number" or unit is None:
            return value.type
        return "percent" if unit == "%" else "money" if is_currency(unit) else "number"

    def _unit(self, row: NamedRow, column: TableHeader, cell: Placed, value: CellValue) -> str | None:
        if value.value is None or isinstance(value.value, date):
            return None
        given = value.unit or row.header.unit or row.units.unit or column.unit
        if given:
            return given
        if self._is_percent_column(cell.column):
            return "%"
        if self._currency is None or _counts(row.header, column):
            return None
        return self._currency if self._units.unit or self._has_money(cell.column) else None

    def _is_percent_column(self, column: int) -> bool:
        """Whether a column is of percentages: its first number is, and no number has another unit."""
        units = [
            value.unit for read in self._read for cell, value in read if cell.column == column and value.value
        ]
        return units[:1] == ["%"] and set(units) <= {"%", None} and self._units.unit is None

    def _has_money(self, column: int) -> bool:
        """Whether a column has money: cells with a currency, or numbers beside some that have one."""
        beside = (
            any(cell.column == column for cell, _ in read)
            for read in self._read
            if any(value.type == "money" for _, value in read)
        )
        return any(beside)

    def _scale(self, row: NamedRow, column: TableHeader, value: CellValue, unit: str | None) -> int:
        if value.value is None or isinstance(value.value, date):
            return 0
        if value.scale is not None or unit == "%":
            return value.scale or 0
        given = row.units.scale if row.header.scale is None else row.header.scale
        if given is None and column.scale is None and not (unit is None or is_currency(unit)):
            return 0
        units = Units(None, given).over(Units(None, column.scale)).over(self._units)
        if _is_exempt(row.header, column, units.exceptions):
            return 0
        if units.counts is not None and value.type != "money" and _counts(row.header, column):
            return units.counts
        return units.scale or 0


def _counts(row: TableHeader, column: TableHeader) -> bool:
    """Whether a row or column counts things, or measures them, so that its numbers are no money."""
    if _PER_SHARE.search(" ".join(row.path)):
        return False
    heads = " ".join(column.path)
    return any(
        pattern.search(text)
        for pattern, text in ((_COUNTS, row.name), (_PERCENT_ROW, row.name), (_COUNTING_COLUMN, heads))
    )


def _is_exempt(row: TableHeader, column: TableHeader, exceptions: str) -> bool:
    """Whether the scale does not hold: "in millions, except share and per share data"."""
    name = " ".join((*row.path, *column.path))
    if _PER_SHARE.search(name) or _SCALE_FREE.search(name):
        return True
    of_shares = _PER_SHARE.sub("", exceptions)
    return bool(_SHARES.search(of_shares) and _SHARES.search(name))
