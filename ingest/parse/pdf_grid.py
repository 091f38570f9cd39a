"""The cells of a table in a PDF, from its rows and columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.parse.pdf_columns import ALIGNED, Columns
from ingest.parse.pdf_rows import PageRow, Segment
from ingest.parse.pdf_tables import NAMES, TableRegion
from ragapp.types import GridCell

MOST_CENTRED = 24
"""The most columns of a table whose headers are looked at for what they stand above the centre of."""

MOST_ASIDE = 60.0
"""How far to the left of a column, in points, a header may begin that does not touch it."""

WRAPPED = 0.85
"""The share of the width of the labels that a label fills which goes on in the next row."""

PITCH = 0.6
"""The largest gap between the rows of one label, in heights of the letters."""

_GOES_ON = re.compile(
    r"(?:\b(?:and|or|of|to|for|the|a|an|in|on|by|from|with|at|per|as|less|net|than|under|including|excluding)"
    r"|[,–—&/-])$",
    re.IGNORECASE,
)


_ITEM = re.compile(r"\(?[a-z][.)]")


@dataclass(frozen=True, slots=True)
class _Filled:
    """A cell in column `column` of the grid that covers `columns`, with the left edge of its text."""

    column: int
    columns: int
    start: int
    end: int
    left: float


def grid_cells(text: str, region: TableRegion) -> list[GridCell]:
    """The cells of a table in reading order, with rows counted from its first row with cells."""
    columns = region.columns
    headers = _headers(region)
    _stack(text, headers)
    body = [_row_cells(text, row, columns) for row in region.rows[region.headers :]]
    _join_texts(text, body, columns)
    if columns.labelled:
        _join_labels(text, region.rows[region.headers :], body, columns)
    levels = _indent_levels(region, [*headers, *body]) if columns.labelled else {}
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


def _headers(region: TableRegion) -> list[list[_Filled]]:
    """The cells of the rows above the first row with numbers.

    The lowest row is read first: it says how far its columns reach, above whose middle others stand.
    """
    columns = region.columns
    headers: list[list[_Filled]] = []
    for number in range(region.headers - 1, -1, -1):
        row = region.rows[number]
        lowest = number + 1 == region.headers
        cells = _header_cells(row, columns, lowest=lowest, topmost=number == 0)
        headers.insert(0, cells)
        for segment in row.segments:
            for cell in cells:
                if cell.start == segment.start and cell.columns == 1 and cell.column >= columns.first:
                    columns = columns.widened(cell.column - columns.first, segment)
    return headers


def _header_cells(row: PageRow, columns: Columns, *, lowest: bool, topmost: bool) -> list[_Filled]:
    spans: Sequence[tuple[int, int] | None] = [_header_span(segment, columns) for segment in row.segments]
    if not lowest and len(columns.edges) <= MOST_CENTRED:
        spans = _centred(row, spans, columns, topmost=topmost)
    cells: list[_Filled] = []
    taken = -1
    for segment, span in zip(row.segments, spans, strict=True):
        if span is None:
            cells.append(_Filled(0, 1, segment.start, segment.end, segment.left))
            continue
        first = max(span[0], taken + 1)
        last = max(first, span[1])
        if first < len(columns.edges):
            column = columns.first + first
            cells.append(_Filled(column, last - first + 1, segment.start, segment.end, segment.left))
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


def _row_cells(text: str, row: PageRow, columns: Columns) -> list[_Filled]:
    """The cells of a row with numbers, or of a label between such rows."""
    cells: list[_Filled] = []
    for number, segment in enumerate(row.segments):
        touched = columns.touched(segment)
        is_label = columns.labelled and number == 0 and not _is_data(segment, touched, columns)
        if is_label or not columns.edges:
            cells.append(_Filled(0, 1, segment.start, segment.end, segment.left))
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
        cells.append(_Filled(column, width, segment.start, segment.end, segment.left))
    return cells


def _is_data(segment: Segment, touched: Sequence[int], columns: Columns) -> bool:
    """Whether the first text of a row is in a column of data, and is not the label of the row."""
    if not touched or segment.inner < columns.left - ALIGNED:
        return False
    return segment.is_figure or touched[0] in columns.texts


def _shared(edges: tuple[float, float], segment: Segment) -> float:
    return min(edges[1], segment.right) - max(edges[0], segment.inner)


def _without_doubles(cells: Sequence[_Filled]) -> list[_Filled]:
    """The cells, without those in a place that one before them has."""
    kept: list[_Filled] = []
    for cell in cells:
        if not kept or kept[-1].column + kept[-1].columns <= cell.column:
            kept.append(cell)
    return kept


def _stack(text: str, headers: list[list[_Filled]]) -> None:
    """Joins headers that go on in the next row and in the text: "August 29,", "2021"."""
    for above, below in pairwise(headers):
        for cell in list(above):
            for number, other in enumerate(below):
                same = (cell.column, cell.columns) == (other.column, other.columns)
                if same and cell.end <= other.start and not text[cell.end : other.start].strip():
                    below[number] = replace(other, start=cell.start)
                    above.remove(cell)
                    break


def _join_texts(text: str, body: list[list[_Filled]], columns: Columns) -> None:
    """Joins the rows of texts in columns of words."""
    above: list[_Filled] = []
    for number, cells in enumerate(body):
        if len(cells) == 1 and cells[0].column - columns.first in columns.texts:
            place = next((at for at, one in enumerate(above) if one.column == cells[0].column), -1)
            if place >= 0 and not text[above[place].end : cells[0].start].strip():
                above[place] = replace(above[place], end=cells[0].end)
                body[number] = []
                continue
        above = cells


def _join_labels(text: str, rows: Sequence[PageRow], body: list[list[_Filled]], columns: Columns) -> None:
    """Joins labels that are printed in several rows."""
    rights = sorted(
        row.segments[0].right for row, cells in zip(rows, body, strict=True) if cells and not cells[0].column
    )
    for number in range(len(rows) - 1):
        above, below = body[number], body[number + 1]
        if not above or not below or below[0].column or above[0].column:
            continue
        upper, lower = rows[number], rows[number + 1]
        follows = above[0].end <= below[0].start and not text[above[0].end : below[0].start].strip()
        if upper.bottom - lower.top > PITCH * upper.height or not _wraps(upper, lower, rights, columns.left):
            continue
        if follows and len(above) == 1:
            below[0] = replace(below[0], start=above[0].start, left=above[0].left)
            body[number] = []
        elif len(below) == 1 and len(above) > 1 and _is_rest(lower.segments[0].text):
            if follows:
                above[0] = replace(above[0], end=below[0].end)
            body[number + 1] = []


def _limit(row: PageRow, rights: Sequence[float], edge: float) -> float:
    """How far to the right the label of a row could have reached, judging by the others."""
    widest = rights[-1] if rights and rights[-1] > row.segments[0].right + 1 else edge - row.height
    return min(widest, edge)


def _wraps(upper: PageRow, lower: PageRow, rights: Sequence[float], edge: float) -> bool:
    """Whether the label of a row goes on in the next one. `rights` are the right edges of all labels, and
    `edge` is where the columns of data begin.
    """
    first, rest = upper.segments[0], lower.segments[0]
    if first.broken:
        return True
    if first.text.endswith(":") or rest.left < first.left - ALIGNED or first.right > edge + ALIGNED:
        return False
    if _is_rest(rest.text) or _GOES_ON.search(first.text):
        return True
    word = (rest.right - rest.left) * len(rest.text.split()[0]) / len(rest.text)
    if first.bold and not rest.bold:
        return False
    limit = _limit(upper, rights, edge)
    full = first.right - first.left >= WRAPPED * (limit - first.left)
    return full and first.right + word > limit and len(first.text.split()) > 3 and len(upper.segments) == 1


def _is_rest(text: str) -> bool:
    """Whether a text cannot be the beginning of a label."""
    return text.lstrip("(")[:1].islower() and not _ITEM.match(text)


def _indent_levels(region: TableRegion, rows: Sequence[Sequence[_Filled]]) -> dict[int, int]:
    """The indentation of each label by its offset. Centred ones are not indented."""
    body = region.rows[region.headers :]
    most = max((row.segments[0].left for row in body if row.figures), default=0.0)
    labels = [row[0] for row in rows[region.headers :] if row and row[0].column == 0]
    lefts = sorted({cell.left for cell in labels if cell.left <= most + ALIGNED})
    levels: list[float] = []
    for left in lefts:
        if not levels or left > levels[-1] + ALIGNED:
            levels.append(left)
    return {cell.start: _level(cell.left, levels) for cell in labels if cell.left <= most + ALIGNED}


def _level(left: float, levels: Sequence[float]) -> int:
    return max((number for number, level in enumerate(levels) if level <= left), default=0)
