"""Rows of cells to tables: sheets hold several, with titles above and empty rows between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ingest.parse.builder import TextBuilder

Rows = list[list[str]]

WIDEST_GAP = 20
"""Empty columns that are kept where more stand side by side."""


def write_sheet(rows: Iterable[Sequence[str]], out: TextBuilder) -> None:
    """Each stretch of rows without an empty one between them is a table; lone cells above it its caption."""
    for block in _blocks(rows):
        titles = 0
        while titles < len(block) and _filled(block[titles]) == 1:
            titles += 1
        if titles == len(block):  # one column: a list, not titles
            out.table(_narrowed(block))
            continue
        caption = " ".join(cell for row in block[:titles] for cell in row if cell)
        out.paragraph(caption)
        out.table(_narrowed(block[titles:]), caption)


def dense(rows: Iterable[Mapping[int, str]]) -> Iterator[list[str]]:
    """The rows of a sheet, from the cells that have something in them by their column.

    Of many empty rows or columns side by side only a few are left: a stray cell at the far corner of a sheet
    would otherwise take as much as a sheet that is full.
    """
    kept = list(_without_gaps(rows))
    positions: dict[int, int] = {}
    last, position = -1, -1
    for column in sorted({column for row in kept for column in row}):
        position += min(column - last, WIDEST_GAP + 1)
        positions[column] = position
        last = column
    for row in kept:
        cells = [""] * (max((positions[column] for column in row), default=-1) + 1)
        for column, cell in row.items():
            cells[positions[column]] = cell
        yield cells


def _without_gaps(rows: Iterable[Mapping[int, str]]) -> Iterator[Mapping[int, str]]:
    """One empty row ends a table; more of them say nothing."""
    empty = True
    for row in rows:
        if row or not empty:
            yield row
        empty = not row


def _blocks(rows: Iterable[Sequence[str]]) -> Iterator[Rows]:
    block: Rows = []
    for row in rows:
        cells = [cell.strip() for cell in row]
        if any(cells):
            block.append(cells)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _narrowed(block: Rows) -> Rows:
    """Without the empty columns on its left."""
    first = min(next(i for i, cell in enumerate(row) if cell) for row in block)
    return [row[first:] for row in block]


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell)
