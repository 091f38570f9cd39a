"""The cells of a table by their place, whatever a format did to them: merged, or split from their signs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from ragapp.types import Table
from ragapp.types.tables import GridCell

MOST_ROWS = 20_000
MOST_COLUMNS = 1_000

_SIGN = re.compile(r"(?:US|U\.S\. ?|A|C|HK|NT|R)?[$€£¥]?\s*\(?")
_TAIL = re.compile(r"\)?\s*%?")


@dataclass(frozen=True, slots=True)
class Placed:
    """A filled cell with its text on one line; `start` and `end` are its span in the document's text."""

    row: int
    column: int
    text: str
    start: int
    end: int
    rows: int = 1
    columns: int = 1
    header: bool = False
    indent: int = 0

    @property
    def place(self) -> tuple[int, int]:
        return self.row, self.column


class Grid:
    """The filled cells of a table. Rows and columns are counted from 0."""

    def __init__(self, cells: Iterable[Placed]) -> None:
        self.cells = {cell.place: cell for cell in cells}

    @cached_property
    def height(self) -> int:
        return max((row for row, _ in self.cells), default=-1) + 1

    @cached_property
    def width(self) -> int:
        return max((cell.column + cell.columns for cell in self.cells.values()), default=0)

    @cached_property
    def _by_row(self) -> dict[int, list[Placed]]:
        rows: dict[int, list[Placed]] = {}
        for place in sorted(self.cells):
            rows.setdefault(place[0], []).append(self.cells[place])
        return rows

    def row(self, row: int) -> list[Placed]:
        """The cells of a row from left to right."""
        return self._by_row.get(row, [])

    def column(self, column: int) -> list[Placed]:
        return [self.cells[place] for place in sorted(self.cells) if place[1] == column]

    @cached_property
    def covering(self) -> dict[tuple[int, int], Placed]:
        """The cell at each place, merged ones at all the places that they cover."""
        return {
            (row, column): cell
            for cell in self.cells.values()
            for row in range(cell.row, min(cell.row + cell.rows, self.height))
            for column in range(cell.column, cell.column + cell.columns)
        }


def grid_of(text: str, table: Table) -> Grid:
    """The table's cells; those of a table without cells are its lines, cut at their borders.

    `text` is the document's. Rows beyond MOST_ROWS and columns beyond MOST_COLUMNS are left out.
    """
    cells = table.cells or tuple(_cells_of_lines(text, table))
    placed = (_placed(text, cell) for cell in cells if cell.row < MOST_ROWS and cell.column < MOST_COLUMNS)
    filled = [cell for cell in placed if cell.text]
    rows: dict[int, list[Placed]] = {}
    for cell in sorted(filled, key=lambda one: one.place):
        rows.setdefault(cell.row, []).append(cell)
    return Grid(cell for row in rows.values() for cell in _with_signs(row))


def _placed(text: str, cell: GridCell) -> Placed:
    return Placed(
        cell.row,
        cell.column,
        " ".join(text[cell.start : cell.end].split()),
        cell.start,
        cell.end,
        max(1, cell.rows),
        max(1, min(cell.columns, MOST_COLUMNS)),
        cell.header,
        cell.indent,
    )


def _cells_of_lines(text: str, table: Table) -> Iterator[GridCell]:
    at = table.start
    row = 0
    for line in text[table.start : table.end].split("\n"):
        start = at
        at += len(line) + 1
        if "|" not in line or not re.sub(r"[\s|:=+-]", "", line):
            continue
        for column, part in enumerate(line.split("|")):
            if bare := part.strip():
                begin = start + part.index(bare)
                yield GridCell(row, column, begin, begin + len(bare))
            start += len(part) + 1
        row += 1


def _with_signs(row: list[Placed]) -> Iterator[Placed]:
    """The cells of a row, with signs that have a cell of their own joined to their number: "$" before it,
    ")" and "%" behind it."""
    joined: list[Placed] = []
    sign = ""
    for cell in row:
        if cell.column > 0 and len(cell.text) <= 6 and _SIGN.fullmatch(cell.text) and cell is not row[-1]:
            sign = cell.text
            continue
        text = cell.text
        if joined and cell.column > 0 and _TAIL.fullmatch(text) and joined[-1].text[-1:].isdigit():
            joined[-1] = replace(joined[-1], text=joined[-1].text + text)
            continue
        if sign and text[:1] in "0123456789.,(–—−-":
            text = sign + text
        sign = ""
        joined.append(replace(cell, text=text) if text != cell.text else cell)
    yield from joined
