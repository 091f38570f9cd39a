"""Prints the cells of a table as lines of text, and says where each stands in them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice, takewhile

from ragapp.text.clean import clean
from ragapp.types import GridCell

CELL_BORDER = " | "

MOST_CELLS = 100_000
"""A table with more cells than this is printed, but its cells are not listed."""

MOST_MERGED_COLUMNS = 256
"""The most columns in which cells may extend over several rows."""

MOST_REPEATED = 100_000
"""The most characters of a table that are printed again because their cell extends over several rows."""

MOST_TITLES = 2
"""The most rows of a single cell above the row that names the columns."""

MOST_HEADER_ROWS = 6

TAB = 4
"""The number of spaces that a tab indents by."""


@dataclass(frozen=True, slots=True)
class SourceCell:
    """A cell as its format stores it.

    It covers `rows` by `columns` places. `header` says that the format marks it as a header. `indent` is its
    indentation in any unit, the same for all cells of the table.
    """

    text: str
    rows: int = 1
    columns: int = 1
    header: bool = False
    indent: float = 0.0


COVERED = SourceCell("", columns=0)
"""A place that a merged cell covers, in formats that store a cell for it. It is skipped."""

_LEADING = re.compile(r"[ \t\xa0\u2002\u2003]+")


@dataclass(frozen=True, slots=True)
class TableText:
    """A table in print, with its cells. `head` are the lines that name columns."""

    text: str
    head: str
    cells: tuple[GridCell, ...]

    @property
    def is_grid(self) -> bool:
        """Whether the table has more than one row and more than one column."""
        return any(cell.row for cell in self.cells) and any(cell.column for cell in self.cells)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A cell at its place in the grid. `again` says that an earlier row has it, too."""

    row: int
    column: int
    cell: SourceCell
    again: bool = False


def one_line(text: str) -> str:
    """Cleans the text and collapses white space to single spaces."""
    return " ".join(clean(text).split())


def table_text(rows: Iterable[Sequence[str | SourceCell]], offset: int = 0) -> TableText:
    """Prints a row of cells a line: `a | b`. Rows without text are left out.

    Cells take the next place that no cell of an earlier row covers. A merged cell is printed in each of its
    rows, in its first column; its other columns are empty. `offset` is where the text will begin.
    """
    kept = [row for row in _placed(rows) if any(place.cell.text for place in row if not place.again)]
    kept = list(_without_excess(kept))
    numbers = [row[0].row for row in kept]
    levels = _indent_levels(kept)
    lines: list[str] = []
    cells: list[GridCell] = []
    length = 0
    for number, row in enumerate(kept):
        line, starts = _line(row)
        cells += (
            _grid_cell(place, number, numbers, levels, offset + length + start)
            for place, start in zip(row, starts, strict=True)
            if place.cell.text and not place.again
        )
        lines.append(line)
        length += len(line) + 1
    text = "\n".join(lines)
    return TableText(text, grid_head(text, cells, offset), tuple(cells) if len(cells) <= MOST_CELLS else ())


def _placed(rows: Iterable[Sequence[str | SourceCell]]) -> Iterator[list[_Placed]]:
    """The cells of each row in the order of columns, with those that reach into it from above."""
    carried: dict[int, tuple[int, SourceCell]] = {}  # by column: the row after its last one, and the cell
    for number, row in enumerate(rows):
        places = {column: _Placed(number, column, cell, again=True) for column, (_, cell) in carried.items()}
        column = 0
        for source in row:
            if source is COVERED:
                continue
            while column in carried:
                column += carried[column][1].columns
            cell = _tidy(source)
            places[column] = _Placed(number, column, cell)
            if cell.rows > 1 and column < MOST_MERGED_COLUMNS:
                carried[column] = number + cell.rows, cell
            column += cell.columns
        carried = {column: below for column, below in carried.items() if below[0] > number + 1}
        yield [places[column] for column in sorted(places)]


def _tidy(source: str | SourceCell) -> SourceCell:
    cell = SourceCell(source) if isinstance(source, str) else source
    leading = _LEADING.match(cell.text)
    indent = cell.indent or (len(leading[0].expandtabs(TAB)) if leading else 0)
    return SourceCell(
        one_line(cell.text), max(1, cell.rows), max(1, cell.columns), header=cell.header, indent=indent
    )


def _without_excess(rows: Iterable[list[_Placed]]) -> Iterator[list[_Placed]]:
    """The rows, without merged cells that are printed again beyond the limit."""
    repeated = 0
    for row in rows:
        repeated += sum(len(place.cell.text) for place in row if place.again)
        yield row if repeated <= MOST_REPEATED else [place for place in row if not place.again]


def _line(row: Sequence[_Placed]) -> tuple[str, list[int]]:
    """The row in print without empty cells at its end, and the offset of each cell in it."""
    parts: list[str] = []
    starts: list[int] = []
    length = column = filled = 0
    for place in row:
        borders = CELL_BORDER * min(place.column - column, MOST_MERGED_COLUMNS)
        starts.append(length + len(borders))
        parts += (borders, place.cell.text)
        length += len(borders) + len(place.cell.text)
        column = place.column
        filled = length if place.cell.text else filled
    return "".join(parts)[:filled], starts


def _indent_levels(rows: Iterable[Sequence[_Placed]]) -> dict[int, dict[float, int]]:
    """The level of each indentation that is used in a column."""
    used: dict[int, set[float]] = defaultdict(set)
    for row in rows:
        for place in row:
            if place.cell.text:
                used[place.column].add(place.cell.indent)
    return {
        column: {indent: level for level, indent in enumerate(sorted(indents))}
        for column, indents in used.items()
    }


def _grid_cell(
    place: _Placed, number: int, numbers: Sequence[int], levels: Mapping[int, Mapping[float, int]], start: int
) -> GridCell:
    cell = place.cell
    below = bisect_left(numbers, place.row + cell.rows) if cell.rows > 1 else number + 1
    level = levels[place.column][cell.indent]
    end = start + len(cell.text)
    return GridCell(number, place.column, start, end, below - number, cell.columns, cell.header, level)


def grid_head(text: str, cells: Sequence[GridCell], offset: int = 0) -> str:
    """The rows on top that are marked as headers, on one line; without marks the first row with several
    cells, and single cells above it. Empty if no row is left below them. `cells` are in reading order;
    `offset` is subtracted from their offsets.
    """
    by_row = groupby(cells, key=lambda cell: cell.row)
    first = [list(row) for _, row in islice(by_row, MOST_HEADER_ROWS + 1)]
    marked = sum(1 for _ in takewhile(lambda row: all(cell.header for cell in row), first))
    if not 0 < marked < len(first):
        titles = sum(1 for _ in takewhile(lambda row: len(row) == 1, first))
        marked = titles + 1 if titles <= MOST_TITLES and titles + 1 < len(first) else 0
    named = (cell for row in first[:marked] for cell in row)
    return CELL_BORDER.join(one_line(text[cell.start - offset : cell.end - offset]) for cell in named)
