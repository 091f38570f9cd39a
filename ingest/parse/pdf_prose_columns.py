"""Columns of prose whose rows a PDF draws from margin to margin, as text layers of scans often do.

Their lines are cut at the gutter and put into the order in which people read them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ingest.parse.pdf_lines import PdfLine, WordBox

GUTTER = 1.0
"""The least width of the gap between two columns, in heights of the letters."""
COMMON_GUTTER = 0.7
"""The same for what is blank in all rows of both columns."""
FEWEST_ROWS = 4
"""Rows with words in both columns."""
FEWEST_WORDS = 6
"""Of a row that can be two lines of prose."""
CONTINUED = 0.4
"""The share of lines of prose that begin with a small letter. Cells of tables hardly ever do."""
MOST_FIGURES = 0.25
"""The share of words with digits in prose."""


class _Row(NamedTuple):
    """A line and the boxes of its words."""

    line: PdfLine
    words: Sequence[WordBox]

    @property
    def height(self) -> float:
        return self.line.first.height

    def halves(self, middle: float) -> tuple[PdfLine | None, PdfLine | None]:
        """What stands to the left and to the right of `middle`, in points."""
        count = sum(1 for word in self.words if word.right <= middle)
        if count == len(self.words):
            return self.line, None
        return self.line.cut(self.words, count) if count else (None, self.line)


def is_long(line: str) -> bool:
    """Whether the line can be a row of two lines of prose."""
    return len(line.split(maxsplit=FEWEST_WORDS)) >= FEWEST_WORDS and not line[-1].isdigit()


def may_have_columns(rows: Sequence[Sequence[WordBox]]) -> bool:
    """Whether most of these rows, a sample of the long ones of a page, have a wide gap."""
    return len(rows) >= FEWEST_ROWS and 2 * sum(1 for row in rows if _gaps(row)) > len(rows)


def in_reading_order(lines: Sequence[PdfLine], words: Sequence[Sequence[WordBox]]) -> list[PdfLine]:
    """The lines of a page, one column after the other. `words` are those of each line."""
    rows = list(map(_Row, lines, words))
    ordered: list[PdfLine] = []
    place = 0
    while place < len(rows):
        end, middle = _columns_from(rows, place)
        for side in (0, 1):
            halves = (row.halves(middle)[side] for row in rows[place:end])
            ordered += [half for half in halves if half is not None]
        if end == place:
            ordered.append(rows[place].line)
        place = max(end, place + 1)
    return ordered


def _columns_from(rows: Sequence[_Row], first: int) -> tuple[int, float]:
    """The end of the longest block of two columns of prose that begins with this row, and the middle of its
    gutter; `first` if there is none.
    """
    blocks = [_block(rows, first, gap) for gap in _gaps(rows[first].words)]
    return max(blocks, default=(first, 0.0))


def _block(rows: Sequence[_Row], first: int, gap: tuple[float, float]) -> tuple[int, float]:
    both, end, middle = 0, first, sum(gap) / 2
    for row in rows[first:]:
        narrowed = _narrowed(row, gap)
        if narrowed is None:
            break
        gap, middle = narrowed, sum(narrowed) / 2
        both += row.words[0].right <= gap[0] and row.words[-1].left >= gap[1]
        end += 1
    found = both >= FEWEST_ROWS and _is_prose(rows[first:end], middle)
    return (end, middle) if found else (first, 0.0)


def _narrowed(row: _Row, gap: tuple[float, float]) -> tuple[float, float] | None:
    """What of the gap is blank in this row, too; None if that is too little."""
    if not row.words or not row.line.level:
        return None
    middle, (left, right) = sum(gap) / 2, gap
    for word in row.words:
        if word.right <= middle:
            left = max(left, word.right)
        elif word.left >= middle:
            right = min(right, word.left)
        else:
            return None
    return (left, right) if right - left >= COMMON_GUTTER * row.height else None


def _gaps(words: Sequence[WordBox]) -> list[tuple[float, float]]:
    """The wide gaps between words, each as its left and right edge in points."""
    return [
        (before.right, after.left)
        for before, after in pairwise(words)
        if after.left - before.right >= GUTTER * (before.top - before.bottom)
    ]


def _is_prose(rows: Sequence[_Row], middle: float) -> bool:
    halves = [row.halves(middle) for row in rows]
    for side in (0, 1):
        texts = [half.text for pair in halves if (half := pair[side]) is not None]
        words = " ".join(texts).split()
        figures = sum(1 for word in words if any(map(str.isdigit, word)))
        continued = sum(1 for text in texts[1:] if text[:1].islower())
        if figures > MOST_FIGURES * len(words) or continued < CONTINUED * len(texts[1:]):
            return False
    return True
