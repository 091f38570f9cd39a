"""Tables of figures in a PDF: rows of numbers under headers, found by where the words stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingest.parse.pdf_columns import Columns, find_columns
from ingest.parse.pdf_rows import PageRow, Segment
from ingest.parse.pdf_table_checks import is_table

MOST_BETWEEN = 8
"""The most consecutive rows without numbers inside a table."""

MOST_ROWS = 400
"""The most rows of a table on one page."""

MOST_COLUMNS = 64
MOST_HEADERS = 9
"""The most rows above the first row with numbers that may name columns."""

MOST_OPENING = 3
"""The most labels with which the rest of a table begins on the next page."""

MOST_TITLES = 4
MOST_TEXT = 8
"""The most rows of text above a table that are read for the sentence that introduces it."""

WIDEST_GAP = 2.6
"""The largest gap between two rows of a table, in heights of the letters."""

FAR = 8.0
"""How far from the margin a text begins that is no label, in heights of the letters."""

NEAR_MARGIN = 4.0
"""How far from the margin labels begin, in heights of the letters."""

LONGEST_HEADER = 70
LONGEST_TITLE = 130
LONGEST_CROSSING = 70
"""The most characters of a text that stands above several columns inside a table, such as "Liabilities"."""

INSIDE = 0.6
"""The share of a header's width that is above the columns of data."""

_MONTH = "jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec"
NAMES = re.compile(
    rf"\b(?:{_MONTH})[a-z]*\.? \d|"
    r"\b(?:19|20)\d\d\b|\b(?:in|of) (?:millions|thousands|billions)|\(in |"
    r"\b(?:ended|ending|as of|fiscal|quarter|months|weeks)\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class TableRegion:
    """The rows of a table on a page. `rows[:headers]` name its columns."""

    rows: list[PageRow]
    headers: int
    columns: Columns
    titles: list[str] = field(default_factory=list)
    before: str = ""
    first: int = 0
    """The number of its first row, or of its first title, on the page."""
    last: int = 0
    """The number of its last row on the page."""


def table_regions(rows: Sequence[PageRow]) -> Iterator[TableRegion]:
    """The tables of a page from top to bottom."""
    reached = place = 0
    while place < len(rows):
        if not rows[place].figures:
            place += 1
            continue
        last = _last_row(rows, place)
        region = _region(rows, place, last, reached)
        if region is not None:
            yield region
        reached = place = last + 1


def _last_row(rows: Sequence[PageRow], first: int) -> int:
    """The number of the last row with figures of the table that begins at `first`."""
    last = first
    edges = _figure_edges(rows[first])
    margin = rows[first].left
    for place in range(first + 1, min(len(rows), first + MOST_ROWS)):
        row = rows[place]
        if place - last > MOST_BETWEEN or _gap(rows[place - 1], row) > WIDEST_GAP * row.height:
            break
        if row.figures:
            found = _figure_edges(row)
            if not _in_line(edges, found, row.height) and not _is_labelled(row, margin):
                break
            edges += [edge for edge in found if not any(_meet(edge, other) for other in edges)]
            last = place
        elif _ends_table(row, min(left for left, _ in edges), margin) and not _is_section(rows, place, edges):
            break
    return last


def _is_labelled(row: PageRow, margin: float) -> bool:
    """Whether a row begins with a label where others of the table begin."""
    first = row.segments[0]
    return not first.is_figure and abs(first.left - margin) < NEAR_MARGIN * row.height


def _figure_edges(row: PageRow) -> list[tuple[float, float]]:
    return [(segment.inner, segment.right) for segment in row.segments[1:] if segment.is_figure]


def _meet(one: tuple[float, float], other: tuple[float, float], slack: float = 0.0) -> bool:
    return min(one[1], other[1]) + slack > max(one[0], other[0])


def _in_line(
    edges: Sequence[tuple[float, float]], found: Sequence[tuple[float, float]], slack: float
) -> bool:
    """Whether at least half of the numbers stand below others, or others above them."""
    below = sum(1 for edge in found if any(_meet(edge, other, slack) for other in edges))
    return 2 * below >= min(len(found), len(edges))


def _is_section(rows: Sequence[PageRow], place: int, edges: Sequence[tuple[float, float]]) -> bool:
    """Whether a row is a single title between rows with numbers in the same columns."""
    row = rows[place]
    if (
        len(row.segments) > 1
        or place + 1 == len(rows)
        or len(row.text) > LONGEST_TITLE
        or not rows[place - 1].figures
    ):
        return False
    found = _figure_edges(rows[place + 1])
    return (
        bool(rows[place + 1].figures)
        and all(any(_meet(edge, other) for other in edges) for edge in found)
        and row.left <= rows[place + 1].left + 1
    )


def _ends_table(row: PageRow, left: float, margin: float) -> bool:
    """Whether a row without numbers is the header of another table, or text. Numbers begin at `left`, and
    labels at `margin`.
    """
    crossing = [segment for segment in row.segments if segment.right > left]
    if any(segment.left < left and len(segment.text) > LONGEST_CROSSING for segment in crossing):
        return True
    beside = [
        segment
        for segment in row.segments
        if segment.left >= min(left - row.height, margin + FAR * row.height)
    ]
    named = sum(1 for segment in beside if NAMES.search(segment.text))
    return named > 0 and 2 * named >= len(beside)


def _gap(above: PageRow, below: PageRow) -> float:
    return above.bottom - below.top


def _region(rows: Sequence[PageRow], first: int, last: int, reached: int) -> TableRegion | None:
    """The table with figures from `first` to `last`; None if it is no table."""
    body = [row for row in rows[first : last + 1] if row.figures]
    columns = find_columns(body)
    if columns is None or len(columns.edges) > MOST_COLUMNS:
        return None
    top, below = _header_rows(rows, first, reached, columns)
    header = " ".join(row.text for row in rows[top:below])
    if not is_table(body, columns, header):
        return None
    if top == first and first <= MOST_OPENING and all(_is_label(row, columns) for row in rows[:first]):
        top = below = 0  # it goes on from the page before, with labels first
    region = TableRegion(list(rows[top : last + 1]), below - top, columns, first=top, last=last)
    _add_titles(region, rows, reached)
    return region


def _header_rows(rows: Sequence[PageRow], first: int, reached: int, columns: Columns) -> tuple[int, int]:
    """The numbers of the first row that names columns and of the one after the last; both are `first` if
    there is none.
    """
    top = below = first
    for place in range(first - 1, max(reached, first - MOST_HEADERS) - 1, -1):
        row = rows[place]
        if _gap(row, rows[place + 1]) > WIDEST_GAP * row.height:
            break
        if _names_columns(row, columns):
            below = place + 1 if top == first else below
            top = place
        elif not _is_label(row, columns):
            break
    return top, below


def _names_columns(row: PageRow, columns: Columns) -> bool:
    beside = [one for one in row.segments if _is_above(one, columns, row.height)]
    if len(row.segments) == 1 and columns.labelled and _is_centred(row.segments[0], columns, row.height):
        return False
    if not beside or any(len(one.text) > LONGEST_HEADER or one.text.endswith(";") for one in beside):
        return False
    if len(beside) != len(columns.edges) and not any(_is_near(one, columns, row.height) for one in beside):
        return False
    others = [one for one in row.segments if one not in beside]
    return all(one.right < columns.left + row.height for one in others) and bool(
        len(beside) > 1 or not beside[0].text.endswith(".") or beside[0].text.endswith("Inc.")
    )


def _is_centred(segment: Segment, columns: Columns, height: float) -> bool:
    """Whether a segment stands above the middle of the whole table, and not of its columns of data."""
    centre = (segment.left + segment.right) / 2
    off = abs(centre - columns.centre)
    return off < height and off < abs(centre - columns.data_centre)


def _is_above(segment: Segment, columns: Columns, height: float) -> bool:
    """Whether a segment stands above the columns of data, or between them."""
    edge = min(columns.left - 3 * height, columns.label_right + height)
    inside = segment.right - max(segment.left, edge)
    return (
        inside >= INSIDE * (segment.right - segment.left) and segment.left < columns.outer[-1][1] + 3 * height
    )


def _is_near(segment: Segment, columns: Columns, height: float) -> bool:
    """Whether a segment stands above a column of data."""
    return any(_meet(edges, (segment.left, segment.right), height) for edges in columns.outer)


def _is_label(row: PageRow, columns: Columns) -> bool:
    """Whether a row only has a short text where the labels of rows are."""
    if not columns.labelled or len(row.segments) > 1:
        return False
    segment = row.segments[0]
    return (
        segment.left < columns.left - row.height
        and len(segment.text) <= LONGEST_HEADER
        and segment.text[-1:] not in ".;"
    )


def _add_titles(region: TableRegion, rows: Sequence[PageRow], reached: int) -> None:
    """Finds the titles right above a table, and the text above these."""
    place = region.first - 1
    while place >= max(reached, region.first - MOST_TITLES) and _is_title(rows, place):
        region.titles.insert(0, rows[place].text)
        place -= 1
    above: list[str] = []
    for number in range(place, max(reached, place - MOST_TEXT) - 1, -1):
        if rows[number].figures or (
            above and _gap(rows[number], rows[number + 1]) > 1.2 * rows[number].height
        ):
            break
        above.insert(0, rows[number].text)
    region.before = " ".join(above)
    region.first -= len(region.titles)


def _is_title(rows: Sequence[PageRow], place: int) -> bool:
    row, text = rows[place], rows[place].text
    if row.figures or len(row.segments) > 2 or len(text) > LONGEST_TITLE:
        return False
    if _gap(row, rows[place + 1]) > 2 * WIDEST_GAP * row.height:
        return False
    return not text.endswith((".", ";", ",", ":")) and not text[:1].islower()
