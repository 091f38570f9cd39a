"""Rows of cells to tables: sheets hold several, with titles above and empty rows between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ingest.parse.builder import TextBuilder

Rows = list[list[str]]


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
