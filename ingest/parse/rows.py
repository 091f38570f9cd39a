"""Splits the rows of a sheet into tables, which have captions above and empty rows between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ragapp.text.builder import TextBuilder

Rows = list[list[str]]

WIDEST_GAP = 20
"""The most adjacent empty columns that are preserved."""


def write_sheet(rows: Iterable[Sequence[str]], out: TextBuilder) -> None:
    """Writes the tables of a sheet. Rows without an empty row between them are a table; single cells above
    are its caption.
    """
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
    """Builds the rows of a sheet from its non-empty cells by column.

    Adjacent empty rows and columns are reduced to a few. Otherwise a stray cell at the far corner of a sheet
    would take as much memory as a full sheet.
    """
    compact = list(_without_gaps(rows))
    positions: dict[int, int] = {}
    last, position = -1, -1
    for column in sorted({column for row in compact for column in row}):
        position += min(column - last, WIDEST_GAP + 1)
        positions[column] = position
        last = column
    for row in compact:
        cells = [""] * (max((positions[column] for column in row), default=-1) + 1)
        for column, cell in row.items():
            cells[positions[column]] = cell
        yield cells


def _without_gaps(rows: Iterable[Mapping[int, str]]) -> Iterator[Mapping[int, str]]:
    """Reduces consecutive empty rows to one, which ends a table."""
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
    """The block without empty columns on its left."""
    first = min(next(i for i, cell in enumerate(row) if cell) for row in block)
    return [row[first:] for row in block]


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell)
