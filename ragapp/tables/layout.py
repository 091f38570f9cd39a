"""Finds which rows of a grid name its columns, which columns name its rows, and where its data are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ragapp.tables.cells import read_cell, without_notes
from ragapp.tables.grid import Grid, Placed
from ragapp.tables.periods import names_no_more_than_a_time
from ragapp.tables.units import says_only_units

RowKind = Literal["data", "heads", "label", "empty"]
"""`heads` names columns: words, years or units and no number. A `label` has a single cell, of words."""

MOST_HEADER_ROWS = 8

_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of data under their header rows. A table has several when it names its columns once more below."""

    header_rows: tuple[int, ...]
    body_rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a table has its headers. `label_columns` is the number of columns at the left that name the
    rows.
    """

    blocks: tuple[Block, ...]
    label_columns: int


def is_year(text: str) -> bool:
    return _YEAR.fullmatch(without_notes(text.strip(" .:"))[0]) is not None


def is_figure(cell: Placed) -> bool:
    """Whether a cell has a number that is no year and no date."""
    is_number = read_cell(cell.text).type in {"number", "percent", "money"}
    return is_number and not is_year(cell.text) and not says_only_units(cell.text)


def lay_out(grid: Grid) -> Layout:
    kinds = [row_kind(grid, row) for row in range(grid.height)]
    first = _first_body_row(grid, kinds)
    header: tuple[int, ...] = tuple(range(first))
    known = {_texts(grid, row) for row in header}
    blocks: list[Block] = []
    body: list[int] = []
    for row in range(first, grid.height):
        names_again = kinds[row] == "heads" and bool(body) and _names_again(grid, row)
        if names_again and _texts(grid, row) not in known:
            if not header or header[-1] != row - 1:
                blocks.append(Block(header, tuple(body)))
                header, body = (), []
            header = (*header, row)
        elif kinds[row] != "empty" and not names_again:
            body.append(row)
    blocks.append(Block(header, tuple(body)))
    return Layout(tuple(blocks), _label_columns(grid, blocks[0]))


def row_kind(grid: Grid, row: int) -> RowKind:
    cells = grid.row(row)
    if not cells:
        return "empty"
    rest = [cell for cell in cells if cell.column > 0]
    if any(is_figure(cell) for cell in rest) and not all(cell.header for cell in cells):
        return "data"
    if len(cells) == 1:
        return "data" if is_figure(cells[0]) and cells[0].column > 0 else "label"
    return "heads"


def is_unit_or_time(text: str) -> bool:
    return says_only_units(text) or names_no_more_than_a_time(text)


def _first_body_row(grid: Grid, kinds: Sequence[RowKind]) -> int:
    """The first row that does not name columns."""
    named = False
    end = 0
    for row, kind in enumerate(kinds[: MOST_HEADER_ROWS + 1]):
        if kind == "data" or (kind == "heads" and named and not _names_columns_too(grid, row)):
            break
        if kind == "heads":
            named = named or _names_most(grid, row)
            end = row + 1
        elif kind == "label" and (
            not named or _is_marked(grid, row) or says_only_units(grid.row(row)[0].text)
        ):
            end = row + 1 if _goes_with_header(grid, row, kinds) else end
    return end


def _goes_with_header(grid: Grid, row: int, kinds: Sequence[RowKind]) -> bool:
    """Whether a row of a single cell belongs to the header: it is a unit or a time, or names follow."""
    if _is_marked(grid, row) or says_only_units(grid.row(row)[0].text):
        return True
    following = [kind for kind in kinds[row + 1 : row + 4] if kind not in {"empty", "label"}]
    return following[:1] == ["heads"] or grid.row(row)[0].column > 0


def _is_marked(grid: Grid, row: int) -> bool:
    return all(cell.header for cell in grid.row(row))


def _names_columns_too(grid: Grid, row: int) -> bool:
    """Whether a further row of words names columns: it has a year or units, or no label of its own."""
    cells = grid.row(row)
    rest = [cell for cell in cells if cell.column > 0]
    if _is_marked(grid, row) or any(names_no_more_than_a_time(cell.text) for cell in rest):
        return True
    return cells[0].column > 0 or all(says_only_units(cell.text) for cell in rest)


def _names_most(grid: Grid, row: int) -> bool:
    covered = sum(cell.columns for cell in grid.row(row) if cell.column + cell.columns > 1)
    return 2 * covered >= grid.width - 1


def _names_again(grid: Grid, row: int) -> bool:
    """Whether a row below data names columns: it has times or units, or it has words and no label."""
    cells = grid.row(row)
    rest = [cell for cell in cells if cell.column > 0]
    if len(rest) < 2:
        return False
    return cells[0].column > 0 or all(is_unit_or_time(cell.text) for cell in rest)


def _texts(grid: Grid, row: int) -> tuple[str, ...]:
    """What a row says to the right of its label."""
    cells = {cell.column: cell.text for cell in grid.row(row)}
    return tuple(cells.get(column, "") for column in range(1, grid.width))


def _label_columns(grid: Grid, block: Block) -> int:
    """1, or 2 when the first column groups or numbers what the second names."""
    rows = [row for row in block.body_rows if len(grid.row(row)) > 1]
    if grid.width < 3 or not rows:
        return 1
    first = [grid.cells.get((row, 0)) for row in rows]
    second = [grid.cells.get((row, 1)) for row in rows]
    if not all(cell and not is_figure(cell) and not is_year(cell.text) for cell in second):
        return 1
    labels = [cell.text for cell in first if cell]
    groups = any(cell and cell.rows > 1 for cell in first) or (
        0 < len(labels) <= len(rows) / 2 and first[0] is not None
    )
    repeats = len(labels) == len(rows) and len(set(labels)) <= len(rows) / 2
    numbers = bool(labels) and all(re.fullmatch(r"\(?\d{1,4}[.)]?", text) for text in labels)
    has_more = any(is_figure(cell) for row in rows for cell in grid.row(row) if cell.column > 1)
    return 2 if has_more and (groups or repeats or numbers) else 1
