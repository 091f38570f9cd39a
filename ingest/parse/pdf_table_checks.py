"""What only looks like a table of figures in a PDF: contents, numbered equations, drawings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ingest.parse.pdf_columns import Columns
from ingest.parse.pdf_rows import PageRow, Segment

FEWEST_ROWS = 2
FEWEST_FIGURES = 4
FEWEST_ROWS_OF_ONE_COLUMN = 3
FEWEST_ROWS_WITHOUT_NAMES = 3

PLAIN = 0.85
"""The share of rows in a table of contents that end with the number of a page."""

RISING = 0.8
"""The share of these numbers that do not fall."""

BETWEEN = 0.2
"""The share of rows in a table of contents that have another number before that of the page."""

FILLED = 0.2
"""The share of places with numbers in a table of several columns; drawings have fewer."""

FULL = 0.8
"""The same for a table whose rows and columns have no names."""

WIDE = 4
"""From this number of columns on, a table is checked for empty places."""

WORDED = 0.5
"""The share of labels with a word in a table whose columns have no names; formulas have fewer."""

WITH_DIGITS = 0.1

_PAGE = re.compile(r"(?:[A-Z]{1,2}-)?\d{1,4}|[ivxlc]{1,7}")
_PAGE_NAME = re.compile(r"\b(?:page|pages|contents|seite|inhalt\w*|página|sommaire)\b", re.IGNORECASE)
_EQUATION_NUMBER = re.compile(r"\(\d{1,3}[a-z]?\)")
_WORD = re.compile(r"[^\W\d_]{3}|[\u3040-\u9fff\uac00-\ud7af]{2}")
_NAME = re.compile(rf"{_WORD.pattern}|\d{{2}}|[%#$€£¥]")
_DIGIT = re.compile(r"\d")


def is_table(body: Sequence[PageRow], columns: Columns, header: str) -> bool:
    """Whether rows with numbers are those of a table. `header` is what names their columns, if anything."""
    figures = [one for row in body for one in row.segments[columns.first :] if one.is_figure]
    with_digits = sum(1 for figure in figures if _DIGIT.search(figure.text))
    if len(body) < FEWEST_ROWS or with_digits < max(2, WITH_DIGITS * len(figures)):
        return False
    numeric = len(columns.edges) - len(columns.texts)
    if _are_contents(body, header) or not _is_filled(body, figures, numeric):
        return False
    if numeric > 1:
        enough = len(figures) >= FEWEST_FIGURES
    else:
        alone = all(_EQUATION_NUMBER.fullmatch(figure.text) for figure in figures)
        enough = columns.labelled and len(body) >= FEWEST_ROWS_OF_ONE_COLUMN and not alone
    named = _NAME.search(header) is not None
    return enough and (named or _is_worded(body, figures, columns))


def _are_contents(body: Sequence[PageRow], header: str) -> bool:
    """Whether rows end with numbers of pages that do not fall."""
    if header and not _PAGE_NAME.search(header):
        return False
    pages = [row.segments[-1].text for row in body if _PAGE.fullmatch(row.segments[-1].text)]
    others = sum(1 for row in body if any(one.is_figure for one in row.segments[1:-1]))
    years = sum(1 for row in body if row.segments[0].is_year)
    if len(pages) < max(FEWEST_ROWS_OF_ONE_COLUMN, PLAIN * len(body)) or 2 * years > len(body):
        return False
    numbers = [int(page.rpartition("-")[2]) for page in pages if page[-1].isdigit()]
    rising = sum(1 for before, after in pairwise(numbers) if before <= after)
    return others <= BETWEEN * len(body) and rising >= RISING * (len(numbers) - 1)


def _is_filled(body: Sequence[PageRow], figures: Sequence[Segment], numeric: int) -> bool:
    return numeric < WIDE or len(figures) >= FILLED * numeric * len(body)


def _is_worded(body: Sequence[PageRow], figures: Sequence[Segment], columns: Columns) -> bool:
    """Whether rows without a header have names, or as many numbers as a table has."""
    if not columns.labelled:
        full = FULL * len(columns.edges) * len(body)
        return len(body) >= FEWEST_ROWS_WITHOUT_NAMES and len(figures) >= full
    labels = [row.segments[0] for row in body if not row.segments[0].is_figure]
    years = sum(1 for row in body if row.segments[0].is_year)
    worded = sum(1 for label in labels if _WORD.search(label.text))
    return worded + years >= WORDED * (len(labels) + years)
