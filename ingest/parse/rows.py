"""Splits the rows of a sheet into tables, which have captions above and empty rows between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ragapp.text.builder import SourceCell, TextBuilder

Rows = list[list[SourceCell]]
EMPTY = SourceCell("")

WIDEST_GAP = 20
"""The most adjacent empty columns that are preserved."""


def write_sheet(rows: Iterable[Sequence[SourceCell]], out: TextBuilder, *, has_header: bool = True) -> None:
    """Writes the tables of a sheet. Rows without an empty row between them are a table; single cells above
    are its caption. `has_header` says whether a row without a mark may name the columns.
    """
    for block in map(_narrowed, _blocks(rows)):
        titles = 0
        while titles < len(block) and _is_title(block[titles]):
            titles += 1
        if titles == len(block):  # one column: a list, not titles
            out.table(block)
            continue
        caption = " ".join(cell.text for row in block[:titles] for cell in row if cell.text)
        out.paragraph(caption)
        out.table(_narrowed(block[titles:]), caption, has_header=has_header)


def dense(rows: Iterable[Mapping[int, SourceCell]]) -> Iterator[list[SourceCell]]:
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
        cells = [EMPTY] * (max((positions[column] for column in row), default=-1) + 1)
        for column, cell in row.items():
            cells[positions[column]] = cell
        yield cells


def _without_gaps(rows: Iterable[Mapping[int, SourceCell]]) -> Iterator[Mapping[int, SourceCell]]:
    """Reduces consecutive empty rows to one, which ends a table."""
    empty = True
    for row in rows:
        if row or not empty:
            yield row
        empty = not row


def _blocks(rows: Iterable[Sequence[SourceCell]]) -> Iterator[Rows]:
    block: Rows = []
    for row in rows:
        if any(cell.text.strip() for cell in row):
            block.append(list(row))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _narrowed(block: Rows) -> Rows:
    """The block without empty columns on its left."""
    first = min(next(i for i, cell in enumerate(row) if cell.text.strip()) for row in block)
    return [row[first:] for row in block]


def _is_title(row: Sequence[SourceCell]) -> bool:
    """Whether a single cell is filled, unless it is merged and names only the columns below it."""
    filled = [column for column, cell in enumerate(row) if cell.text.strip()]
    return len(filled) == 1 and (filled[0] == 0 or row[filled[0]].columns == 1)
