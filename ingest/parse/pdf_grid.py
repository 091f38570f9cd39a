"""The cells of a table in a PDF, from its rows and columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingest.parse.pdf_columns import ALIGNED, Columns, PlacedCell, follows
from ingest.parse.pdf_headers import header_cells
from ingest.parse.pdf_labels import indent_levels, join_labels
from ingest.parse.pdf_rows import PageRow, Segment
from ingest.parse.pdf_tables import TableRegion
from ragapp.types import GridCell


def grid_cells(text: str, region: TableRegion) -> list[GridCell]:
    """The cells of a table in reading order, with rows counted from its first row with cells."""
    columns = region.columns
    headers = header_cells(text, region)
    body = [_row_cells(text, row, columns) for row in region.rows[region.headers :]]
    _join_texts(text, body, columns)
    if columns.labelled:
        join_labels(text, region.rows[region.headers :], body, columns)
    levels = indent_levels(region, [*headers, *body]) if columns.labelled else {}
    grid = [row for row in (*headers, *body) if row]
    count = sum(1 for row in headers if row)
    return [
        GridCell(
            number,
            cell.column,
            cell.start,
            cell.end,
            1,
            cell.columns,
            number < count,
            levels.get(cell.start, 0),
        )
        for number, row in enumerate(grid)
        for cell in row
    ]


def _row_cells(text: str, row: PageRow, columns: Columns) -> list[PlacedCell]:
    """The cells of a row with numbers, or of a label between such rows."""
    cells: list[PlacedCell] = []
    for number, segment in enumerate(row.segments):
        touched = columns.touched(segment)
        is_label = columns.labelled and number == 0 and not _is_data(segment, touched, columns)
        if is_label or not columns.edges:
            cells.append(PlacedCell(0, 1, segment.start, segment.end, segment.left))
            continue
        if not touched and columns.labelled and segment.right < columns.left:
            column, width = 0, 1
        elif len(touched) > 1 and not segment.is_figure:
            column, width = columns.first + touched[0], len(touched)
        else:
            best = (
                max(touched, key=lambda one: _shared(columns.edges[one], segment))
                if touched
                else columns.nearest(segment)
            )
            column, width = columns.first + best, 1
        before = cells[-1] if cells else None
        if before is not None and before.column + before.columns > column:
            if segment.start >= before.end and not text[before.end : segment.start].strip():
                cells[-1] = replace(before, end=segment.end)
            continue
        cells.append(PlacedCell(column, width, segment.start, segment.end, segment.left))
    return cells


def _is_data(segment: Segment, touched: Sequence[int], columns: Columns) -> bool:
    """Whether the first text of a row is in a column of data, and is not the label of the row."""
    if not touched or segment.inner < columns.left - ALIGNED:
        return False
    return segment.is_figure or touched[0] in columns.texts


def _shared(edges: tuple[float, float], segment: Segment) -> float:
    return min(edges[1], segment.right) - max(edges[0], segment.inner)


def _join_texts(text: str, body: list[list[PlacedCell]], columns: Columns) -> None:
    """Joins the rows of texts in columns of words."""
    above: list[PlacedCell] = []
    for number, cells in enumerate(body):
        if len(cells) == 1 and cells[0].column - columns.first in columns.texts:
            place = next((at for at, one in enumerate(above) if one.column == cells[0].column), -1)
            if place >= 0 and follows(text, above[place], cells[0]):
                above[place] = replace(above[place], end=cells[0].end)
                body[number] = []
                continue
        above = cells
