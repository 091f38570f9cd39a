"""Tables of figures in a PDF: rows of amounts under header lines with years or units."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.parse.pdf_lines import Placed
from ragapp.text.builder import one_line
from ragapp.types import Table

FEWEST_ROWS = 3

MOST_LABELS = 3
"""The most consecutive lines without amounts inside a table, such as "Current assets:"."""

MOST_HEADER_LINES = 5

WIDEST_LABEL = 70
"""The most characters of a line that is a header or a label; longer lines are text."""

ROW_END = 120
"""The number of characters at the end of a row that contain its last two amounts."""

_AMOUNT = r"(?:[$€£¥]\s?)?(?:\(?-?\d[\d.,]*\)?\s?%?|[—–-]|N/?[AM])"
_ROW = re.compile(rf"(?:(?:^|\s){_AMOUNT}(?:\s[%)])?){{2}}$", re.IGNORECASE)
_HEADER = re.compile(
    r"\b(?:19|20)\d\d\b|\b(?:in|of) (?:millions|thousands|billions)|%|\(in |"
    r"\b(?:ended|ending|as of|fiscal|quarter|change|total|months|three|six|nine|twelve)\b",
    re.IGNORECASE,
)
_YEARS = re.compile(r"\b(?:19|20)\d\d\b\W+(?:19|20)\d\d\W*$")


def figure_tables(pages: Sequence[Sequence[Placed]]) -> tuple[Table, ...]:
    """The tables in ascending order. Each is on a single page."""
    return tuple(table for page in pages for table in _on_page(page))


def _on_page(lines: Sequence[Placed]) -> Iterator[Table]:
    reached = place = 0
    while place < len(lines):
        if not _is_row(lines[place]):
            place += 1
            continue
        last, rows = _last_row(lines, place)
        first = _first_header(lines, place, reached)
        if rows >= FEWEST_ROWS and first < place:
            head = one_line(" ".join(line.text for line, _, _ in lines[first:place]))
            yield Table(lines[first][1], lines[last][2], head)
        reached = place = last + 1


def _last_row(lines: Sequence[Placed], first: int) -> tuple[int, int]:
    """The index of the last row of the table that begins at `first`, and its number of rows."""
    last, rows = first, 1
    for place in range(first + 1, len(lines)):
        if _is_row(lines[place]):
            last, rows = place, rows + 1
        elif (
            place - last > MOST_LABELS
            or len(lines[place][0].text) > WIDEST_LABEL
            or _names_columns(lines[place])
        ):
            break
    return last, rows


def _first_header(lines: Sequence[Placed], row: int, reached: int) -> int:
    """The index of the first header line above a row; that of the row if there is none."""
    first = row
    for place in range(row - 1, max(reached, row - MOST_HEADER_LINES) - 1, -1):
        text = lines[place][0].text
        if len(text) > 2 * WIDEST_LABEL or text.endswith((".", ";")):
            break
        if _names_columns(lines[place]):
            first = place
    return first


def _is_row(placed: Placed) -> bool:
    text = placed[0].text.rstrip()
    end = max(0, len(text) - ROW_END)
    return _ROW.search(text, end) is not None and not _YEARS.search(text, end)


def _names_columns(placed: Placed) -> bool:
    text = placed[0].text
    return len(text) <= 2 * WIDEST_LABEL and _HEADER.search(text) is not None and not _is_row(placed)
