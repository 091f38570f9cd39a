"""The rows of a PDF page as they are seen: pieces of text beside each other, wherever the file has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ingest.parse.pdf_lines import Placed, WordBox

CELL_GAP = 0.75
"""The smallest gap between two cells, in heights of the letters."""

FIGURE_GAP = 0.45
"""The smallest gap between two cells that are numbers."""

MOST_OPENED = 14.0
"""The widest gap between a currency sign and its number, in heights of the letters."""

SAME_ROW = 0.35
"""The largest distance between the baselines of a row, in heights of the letters."""

LEVEL = 0.05
"""The largest distance between baselines that are the same, in heights of the letters."""

MOST_SEGMENTS = 64
"""A row with more cells than this is not one of a table."""

MOST_COMPARED = 64
"""The most runs of a row that are compared with another one for their places."""

RAISED = 0.15
"""The share by which the letters of raised marks are smaller than others."""

OVERLAPPING = 0.3
"""The share of its height by which a word overlaps the one before on the same line, such as a raised mark."""

FIGURE = re.compile(
    r"(?:US|CA|A|C)?[$€£¥₹]?\s?[(+–—-]{0,2}\s?[$€£¥₹]?\s?\d[\d,.']*\s?[)]?\s?(?:%|x|bps?|bp|pts?|[KMB]\b)?\s?[)]?"
    r"(?:\s?\((?:\d{1,2}|[a-z])\)|[*†‡§]{1,3})?"
    r"|[$€£¥₹]?\s?\(?[—–-]{1,2}\)?\s?%?|\(?N\.?/?\.?[AM]\.?\)?|nm|\*{1,2}",
    re.IGNORECASE,
)
"""What a cell with a number has, and nothing else."""

YEAR = re.compile(r"(?:FY\s?)?(?:19|20)\d\d[AE]?(?:\s?\(\w\))?", re.IGNORECASE)

_OPENING = re.compile(r"(?:US|CA|A|C)?[$€£¥₹(]{1,2}|-|[$€£¥₹]\s?\(")
_CLOSING = re.compile(r"[)%]{1,2}|\)%|pts?|bps?|\(\w{1,2}\)%?")
_LEADERS = re.compile(r"[.…_]+")
_LEADER_SIGNS = ".…_"
FEWEST_LEADERS = 3
LONGEST_FIGURE = 40
"""The most characters of a cell with a number."""
_MARK = re.compile(r"(?:\(?(?:\d{1,2}|[a-z])\)?,?\s?){1,9}|\(\d(?:,\s?\d)+\)|[*†‡§]+")
_WORD = re.compile(r"\S+")


class PlacedWord(NamedTuple):
    """A word in the text of the document, with its box and the number of its line on the page."""

    start: int
    end: int
    box: WordBox
    line: int


@dataclass(frozen=True, slots=True)
class Segment:
    """Words that follow each other in the text without a gap: `text` is the document's `[start:end]`."""

    start: int
    end: int
    left: float
    right: float
    inner: float
    """Its left edge without a currency sign, which often stands far from its number."""
    text: str
    bold: bool = False
    broken: bool = False
    """Whether its last word goes on in the next row."""

    @property
    def is_figure(self) -> bool:
        return is_figure(self.text, 0, len(self.text))

    @property
    def is_year(self) -> bool:
        return YEAR.fullmatch(self.text) is not None


@dataclass(slots=True)
class PageRow:
    """Segments beside each other, from left to right. `bottom` and `top` are in points."""

    bottom: float
    top: float
    segments: list[Segment] = field(default_factory=list)
    figures: int = 0
    """The number of cells with numbers to the right of another cell, unless they are years."""

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def left(self) -> float:
        return self.segments[0].left

    @property
    def right(self) -> float:
        return self.segments[-1].right

    @property
    def start(self) -> int:
        return min(segment.start for segment in self.segments)

    @property
    def end(self) -> int:
        return max(segment.end for segment in self.segments)

    @property
    def text(self) -> str:
        return " ".join(segment.text for segment in self.segments)


_Runs = tuple[float, float, list[list[PlacedWord]]]
"""The bottom and the top of a row, and its runs of words."""


def is_figure(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` is a number as cells have it."""
    return end - start <= LONGEST_FIGURE and FIGURE.fullmatch(text, start, end) is not None


def page_rows(text: str, lines: Sequence[Placed]) -> list[PageRow]:
    """The rows of a page from top to bottom. `lines` are those of the page with their spans in `text`."""
    runs = [run for number, placed in enumerate(lines) for run in _runs(text, placed, number)]
    runs.sort(key=lambda run: -run[0].box.bottom)
    rows: list[_Runs] = []
    for run in runs:
        bottom, top = run[0].box.bottom, run[0].box.top
        if rows and _is_same_row(rows[-1], run):
            rows[-1][2].append(run)
        else:
            rows.append((bottom, top, [run]))
    bold = [line.bold for line, _, _ in lines]
    found = [row for row in (_row(text, *parts, bold) for parts in rows) if row.segments]
    return [
        row for number, row in enumerate(found) if not _are_marks(row, found[max(0, number - 1) : number + 2])
    ]


def _are_marks(row: PageRow, around: Sequence[PageRow]) -> bool:
    """Whether a row only has raised marks of footnotes, which belong to the row below."""
    if not all(_MARK.fullmatch(segment.text) for segment in row.segments):
        return False
    shared = (min(row.top, other.top) - max(row.bottom, other.bottom) for other in around if other is not row)
    return any(height > OVERLAPPING * row.height for height in shared)


def _is_same_row(row: _Runs, run: Sequence[PlacedWord]) -> bool:
    """Whether a run stands beside the others of a row, which is not lower than it."""
    bottom, top, others = row
    box, height = run[0].box, max(top - bottom, run[0].box.top - run[0].box.bottom)
    lower = bottom - box.bottom
    if lower <= LEVEL * height or len(others) > MOST_COMPARED:
        return lower <= SAME_ROW * height
    right = run[-1].box.right
    return lower <= SAME_ROW * height and not any(
        min(right, other[-1].box.right) - max(box.left, other[0].box.left) > 1 for other in others
    )


def _runs(text: str, placed: Placed, number: int) -> Iterator[list[PlacedWord]]:
    """The words of a line that stand beside each other. pdfium joins lines at a hyphen."""
    line, start, end = placed
    if not line.level or line.first.height <= 0:
        return
    spans = [match.span() for match in _WORD.finditer(text, start, end)]
    if len(spans) != len(line.words) or not spans:
        first, last = line.first, line.last
        whole = WordBox(first.left, first.bottom, first.top, last.right, first.bottom, first.top)
        yield [PlacedWord(start, end, whole, number)]
        return
    bottom = line.words[0].bottom
    if all(box.bottom == box.last_bottom == bottom for box in line.words):
        yield [PlacedWord(*span, box, number) for span, box in zip(spans, line.words, strict=True)]
        return
    run: list[PlacedWord] = []
    for (word_start, word_end), box in zip(spans, line.words, strict=True):
        if run and (_is_broken(run[-1].box) or not _beside(run[-1].box, box)):
            yield run
            run = []
        run.append(PlacedWord(word_start, word_end, box, number))
    yield run


def _beside(before: WordBox, box: WordBox) -> bool:
    height, following = before.last_top - before.last_bottom, box.top - box.bottom
    if abs(height - following) < RAISED * max(height, following):
        return abs(before.last_bottom - box.bottom) <= SAME_ROW * height
    shared = min(before.last_top, box.top) - max(before.last_bottom, box.bottom)
    return shared >= OVERLAPPING * min(height, following)


def _is_broken(box: WordBox) -> bool:
    """Whether a word goes on in the next line."""
    return abs(box.last_bottom - box.bottom) > (box.top - box.bottom) / 2


def _row(
    text: str, bottom: float, top: float, runs: Sequence[list[PlacedWord]], bold: Sequence[bool]
) -> PageRow:
    words = sorted((word for run in runs for word in run), key=lambda word: word.box.left)
    row = PageRow(bottom, top)
    part: list[PlacedWord] = []
    for word in words:
        if part and not _goes_on(text, part, word, row.height):
            row.segments += _segment(text, part, bold)
            part = []
        part.append(word)
    row.segments += _segment(text, part, bold)
    row.figures = _figures(row.segments)
    return row


def _goes_on(text: str, part: Sequence[PlacedWord], word: PlacedWord, height: float) -> bool:
    """Whether a word belongs to the cell of the words before it."""
    before = part[-1]
    if word.line - before.line not in (0, 1) or word.start < before.end:
        return False
    if text[before.end : word.start].strip():
        return False
    gap = (word.box.left - before.box.right) / height
    leaders = text[word.start] in _LEADER_SIGNS, text[before.start] in _LEADER_SIGNS
    return (gap < FIGURE_GAP and not any(leaders)) or _bridges(text, part, word, gap)


def _bridges(text: str, part: Sequence[PlacedWord], word: PlacedWord, gap: float) -> bool:
    """Whether the words on both sides of a gap, in heights of the letters, are in one cell."""
    before = part[-1]
    shown, following = text[before.start : before.end], text[word.start : word.end]
    leads = _LEADERS.fullmatch(shown) is not None, _LEADERS.fullmatch(following) is not None
    if any(leads):
        return all(leads)
    if shown != "-" and _OPENING.fullmatch(shown) and following[:1] in "0123456789.(—–-$€£¥":
        return gap < MOST_OPENED
    if _CLOSING.fullmatch(following) and is_figure(text, part[0].start, before.end):
        return gap < 2 * CELL_GAP
    if FIGURE.fullmatch(following) or _OPENING.fullmatch(following):
        return gap < (FIGURE_GAP if is_figure(text, part[0].start, before.end) else CELL_GAP)
    return gap < CELL_GAP


def _figures(segments: Sequence[Segment]) -> int:
    if not 1 < len(segments) <= MOST_SEGMENTS:
        return 0
    numbers = [segment for segment in segments[1:] if segment.is_figure]
    return 0 if _are_years(segments[0], numbers) else len(numbers)


def _are_years(first: Segment, numbers: Sequence[Segment]) -> bool:
    if not numbers or not all(segment.is_year for segment in numbers):
        return False
    return len(numbers) > 1 or first.is_figure or first.text.startswith("(")


def _segment(text: str, words: Sequence[PlacedWord], bold: Sequence[bool]) -> list[Segment]:
    """The segment of these words without dot leaders; none if nothing is left."""
    if not words:
        return []
    start, end = words[0].start, words[-1].end
    shown = text[start:end]
    bare = shown.rstrip(_LEADER_SIGNS + " ")
    if sum(map(shown[len(bare) :].count, _LEADER_SIGNS)) >= FEWEST_LEADERS:
        end = start + len(bare)
    if start >= end or _LEADERS.fullmatch(text, start, end):
        return []
    last = words[-1].box
    broken = _is_broken(last)
    right = max(last.left, words[-2].box.right if len(words) > 1 else 0) if broken else last.right
    left = inner = words[0].box.left
    if len(words) > 1 and _OPENING.fullmatch(text, start, words[0].end):
        inner = words[1].box.left
    return [Segment(start, end, left, right, inner, text[start:end], bold[words[0].line], broken)]
