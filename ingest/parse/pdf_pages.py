"""The tables of a PDF: those of its pages, joined where a table goes on on the next page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.parse.pdf_figures import figure_tables
from ingest.parse.pdf_grid import grid_cells
from ingest.parse.pdf_lines import Placed
from ingest.parse.pdf_rows import page_rows
from ingest.parse.pdf_tables import TableRegion, table_regions
from ragapp.text.builder import CELL_BORDER, one_line
from ragapp.text.table_text import MOST_CELLS
from ragapp.text.table_titles import last_sentence
from ragapp.types import GridCell, Table

SAME_EDGE = 12.0
"""The largest distance, in points, between the right edges of a column on two pages."""

MOST_AFTER = 2
"""The most rows below a table that goes on on the next page, such as "(continued)" or a note."""


@dataclass(slots=True)
class _Part:
    """A table on one page. `opens` and `closes` say that nothing else is above or below it."""

    region: TableRegion
    cells: list[GridCell]
    page: int
    opens: bool
    closes: bool


def pdf_tables(text: str, pages: Sequence[Sequence[Placed]]) -> tuple[Table, ...]:
    """The tables in ascending order. `pages` are the lines of each page without boilerplate.

    Lines without boxes, and tables whose columns are not found by position, are read by their words alone.
    """
    found = [_table(parts) for parts in _joined(_parts(text, pages))]
    found.sort(key=lambda table: table.start)
    apart: list[Table] = []
    for table in found:
        if not apart or table.start >= apart[-1].end:
            apart.append(table)
    return _with_figures(apart, figure_tables(pages))


def _parts(text: str, pages: Sequence[Sequence[Placed]]) -> Iterator[_Part]:
    for number, lines in enumerate(pages):
        if not any(line.words for line, _, _ in lines):
            continue
        rows = page_rows(text, lines)
        for region in table_regions(rows):
            cells = grid_cells(text, region)
            if cells:
                closes = len(rows) - 1 - region.last <= MOST_AFTER
                yield _Part(region, cells, number, region.first == 0, closes)


def _joined(parts: Iterable[_Part]) -> Iterator[list[_Part]]:
    together: list[_Part] = []
    for part in parts:
        if together and _goes_on(_header_text(together[0]), together[-1], part):
            together.append(part)
            continue
        if together:
            yield together
        together = [part]
    if together:
        yield together


def _header_text(part: _Part) -> str:
    return " ".join(row.text for row in part.region.rows[: part.region.headers])


def _goes_on(headers: str, above: _Part, below: _Part) -> bool:
    """Whether a table is the rest of one on the page before."""
    if below.page != above.page + 1 or not (above.closes and below.opens):
        return False
    before, after = above.region.columns, below.region.columns
    if len(before.edges) != len(after.edges) or before.labelled != after.labelled:
        return False
    pairs = zip(before.edges, after.edges, strict=True)
    if any(abs(one[1] - other[1]) > SAME_EDGE for one, other in pairs):
        return False
    titles = set(below.region.titles) <= set(above.region.titles)
    continued = any("continued" in title.lower() for title in below.region.titles)
    return (titles or continued) and _header_text(below) in {"", headers}


def _table(parts: Sequence[_Part]) -> Table:
    cells: list[GridCell] = []
    for part in parts:
        body = part.cells
        if cells:
            body = [cell for cell in body if not cell.header]
        shift = cells[-1].row + 1 - body[0].row if cells and body else 0
        cells += (replace(cell, row=cell.row + shift) for cell in body)
    region = parts[0].region
    caption = one_line(" ".join(region.titles))
    introduction = last_sentence(one_line(region.before))
    head = CELL_BORDER.join(filter(None, (caption, one_line(_header_text(parts[0])))))
    start, end = min(cell.start for cell in cells), max(cell.end for cell in cells)
    return Table(start, end, head, tuple(cells) if len(cells) <= MOST_CELLS else (), caption, introduction)


def _with_figures(tables: Sequence[Table], others: Sequence[Table]) -> tuple[Table, ...]:
    """The tables, and those of the others that overlap none of them."""
    found = list(tables)
    place = 0
    for other in others:
        while place < len(tables) and tables[place].end <= other.start:
            place += 1
        if place == len(tables) or tables[place].start >= other.end:
            found.append(other)
    return tuple(sorted(found, key=lambda table: table.start))
