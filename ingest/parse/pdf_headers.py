"""The headers of a table in a PDF: which columns each stands above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ingest.parse.pdf_columns import Columns, PlacedCell, follows
from ingest.parse.pdf_rows import PageRow, Segment
from ingest.parse.pdf_tables import NAMES, TableRegion

MOST_CENTRED = 24
"""The most columns of a table whose headers are looked at for what they stand above the centre of."""

MOST_ASIDE = 60.0
"""How far to the left of a column, in points, a header may begin that does not touch it."""


def header_cells(text: str, region: TableRegion) -> list[list[PlacedCell]]:
    """The cells of each row that names columns.

    The lowest row is read first: it says how far its columns reach, above whose middle others stand.
    """
    columns = region.columns
    headers: list[list[PlacedCell]] = []
    for number in range(region.headers - 1, -1, -1):
        row = region.rows[number]
        lowest = number + 1 == region.headers
        cells = _header_cells(row, columns, lowest=lowest, topmost=number == 0)
        headers.insert(0, cells)
        for segment in row.segments:
            for cell in cells:
                if cell.start == segment.start and cell.columns == 1 and cell.column >= columns.first:
                    columns = columns.widened(cell.column - columns.first, segment)
    _stack(text, headers)
    return headers


def _header_cells(row: PageRow, columns: Columns, *, lowest: bool, topmost: bool) -> list[PlacedCell]:
    spans: Sequence[tuple[int, int] | None] = [_header_span(segment, columns) for segment in row.segments]
    if not lowest and len(columns.edges) <= MOST_CENTRED:
        spans = _centred(row, spans, columns, topmost=topmost)
    cells: list[PlacedCell] = []
    taken = -1
    for segment, span in zip(row.segments, spans, strict=True):
        if span is None:
            cells.append(PlacedCell(0, 1, segment.start, segment.end, segment.left))
            continue
        first = max(span[0], taken + 1)
        last = max(first, span[1])
        if first < len(columns.edges):
            column = columns.first + first
            cells.append(PlacedCell(column, last - first + 1, segment.start, segment.end, segment.left))
            taken = last
    return _without_doubles(cells)


def _centred(
    row: PageRow, spans: Sequence[tuple[int, int] | None], columns: Columns, *, topmost: bool
) -> list[tuple[int, int] | None]:
    """The columns above whose middle the headers of a row stand: groups that are all columns together if
    that is possible, unless each stands above several columns already.
    """
    above = [segment for segment, span in zip(row.segments, spans, strict=True) if span]
    if _are_groups(above, columns, row.height, topmost=topmost) and (
        groups := columns.groups(above, row.height)
    ):
        names = iter(groups)
        return [next(names) if span else None for span in spans]
    found: list[tuple[int, int] | None] = []
    taken = -1
    for number, (segment, span) in enumerate(zip(row.segments, spans, strict=True)):
        if span is None:
            found.append(None)
            continue
        following = next((other[0] for other in spans[number + 1 :] if other), len(columns.edges))
        found.append(columns.centred(segment, taken + 1, max(span[1], following - 1), row.height))
        taken = span[1]
    return found


def _are_groups(headers: Sequence[Segment], columns: Columns, height: float, *, topmost: bool) -> bool:
    """Whether headers may stand above groups of columns, and not only above those that they touch."""
    periods = all(NAMES.search(header.text) for header in headers)
    if len(headers) == 1:
        return periods or not columns.is_middle(headers[0], height)
    return topmost or periods or not any(columns.is_middle(header, height) for header in headers)


def _header_span(segment: Segment, columns: Columns) -> tuple[int, int] | None:
    """The columns of data below a header, as (first, last); None for the column of labels."""
    touched = columns.below(segment)
    if touched:
        return touched[0], touched[-1]
    nearest = columns.nearest(segment)
    if (
        columns.labelled
        and segment.right < columns.edges[nearest][0]
        and nearest == 0
        and segment.left < columns.left - MOST_ASIDE
    ):
        return None
    return nearest, nearest


def _without_doubles(cells: Sequence[PlacedCell]) -> list[PlacedCell]:
    """The cells, without those in a place that one before them has."""
    kept: list[PlacedCell] = []
    for cell in cells:
        if not kept or kept[-1].column + kept[-1].columns <= cell.column:
            kept.append(cell)
    return kept


def _stack(text: str, headers: list[list[PlacedCell]]) -> None:
    """Joins headers that go on in the next row and in the text: "August 29,", "2021"."""
    for above, below in pairwise(headers):
        for cell in list(above):
            for number, other in enumerate(below):
                same = (cell.column, cell.columns) == (other.column, other.columns)
                if same and follows(text, cell, other):
                    below[number] = replace(other, start=cell.start)
                    above.remove(cell)
                    break
