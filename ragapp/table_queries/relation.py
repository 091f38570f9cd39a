"""The table of a document as a relation: a column for its row headers, and one for each column of data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from ragapp.types import ColumnType, DataTable, ResultColumn, TableCell, TableHeader, TableValue

T = TypeVar("T")

LABELS = "row"
"""The name of the column of row headers, where the table gives it none."""


@dataclass(frozen=True, slots=True)
class RelationRow:
    """A row with the cells of its values, in the order of the columns. `total` marks sums of other rows."""

    values: tuple[TableValue, ...]
    cells: tuple[TableCell | None, ...]
    total: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """Named columns, and rows with a value for each. Names are unique."""

    columns: tuple[ResultColumn, ...]
    rows: tuple[RelationRow, ...]

    def position(self, name: str) -> int:
        return next(place for place, column in enumerate(self.columns) if column.name == name)


def relation_of(table: DataTable) -> Relation:
    """The table as a relation. Columns of numbers keep texts among them, such as "n/a". Numbers of a column
    that differ in scale are given in full, so that they can be compared.
    """
    labelled = any(row.path for row in table.rows)
    names = unique_names(
        [*([_corner(table) or LABELS] if labelled else ()), *(one.label for one in table.columns)]
    )
    columns = [_column(table, header) for header in table.columns]
    kinds = [ResultColumn("", "text")] * labelled + columns
    return Relation(
        tuple(
            ResultColumn(name, kind.type, kind.unit, kind.scale)
            for name, kind in zip(names, kinds, strict=True)
        ),
        tuple(_row(table, row, columns, labelled=labelled) for row in table.rows),
    )


def unique_names(names: Sequence[str]) -> list[str]:
    """The names, with numbers for those that are missing or repeated, whatever their case."""
    taken: set[str] = set()
    found = []
    for place, name in enumerate(names, 1):
        given = " ".join(name.split()) or f"column {place}"
        unique, number = given, 1
        while unique.lower() in taken:
            number += 1
            unique = f"{given} ({number})"
        taken.add(unique.lower())
        found.append(unique)
    return found


def _corner(table: DataTable) -> str:
    """What stands above the row headers."""
    first_row = min((row.index for row in table.rows), default=0)
    first_column = min((column.index for column in table.columns), default=0)
    above = [
        cell.text
        for (row, column), cell in sorted(table.header_cells.items())
        if row < first_row and column < first_column and cell.text.strip()
    ]
    return above[-1] if above else ""


def _column(table: DataTable, header: TableHeader) -> ResultColumn:
    cells = [cell for row in table.rows if (cell := table.cell(row, header)) is not None]
    kind = _type(cells)
    numbers = [cell for cell in cells if isinstance(cell.value, Decimal)]
    if kind in ("text", "date"):
        return ResultColumn(header.label, kind)
    return ResultColumn(
        header.label, kind, _common(cell.unit for cell in numbers), _common(c.scale for c in numbers) or 0
    )


def _type(cells: Sequence[TableCell]) -> ColumnType:
    """The type of all values, `number` for several kinds of numbers, and `text` for a mixture."""
    types = {cell.type for cell in cells if cell.value is not None}
    if types == {"date"}:
        return "date" if all(cell.value is not None for cell in cells) else "text"
    if not types or "date" in types:
        return "text"
    (only, *others) = types
    return "number" if others else only


def _common(values: Iterable[T]) -> T | None:
    """The value that all of them are, if so."""
    different = set(values)
    return different.pop() if len(different) == 1 else None


def _row(
    table: DataTable, row: TableHeader, columns: Sequence[ResultColumn], *, labelled: bool
) -> RelationRow:
    cells = [table.cell(row, header) for header in table.columns]
    values = [_value(cell, column) for cell, column in zip(cells, columns, strict=True)]
    label = next((table.header_cells.get(place) for place in reversed(row.cells)), None)
    return RelationRow(
        (*([row.label or None] if labelled else ()), *values),
        (*([label] if labelled else ()), *cells),
        row.total,
    )


def _value(cell: TableCell | None, column: ResultColumn) -> TableValue:
    if cell is None or not cell.text.strip():
        return None
    if column.type == "date" and isinstance(cell.value, date):
        return cell.value.isoformat()
    if column.type == "text" or not isinstance(cell.value, Decimal):
        return cell.text
    return cell.value.scaleb(cell.scale - column.scale) if cell.scale != column.scale else cell.value
