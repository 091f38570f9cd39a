"""Headings of a PDF without an outline: lines in larger or bolder type than the text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from ingest.parse.pdf_lines import PdfLine, Placed
from ragapp.types import Heading

LARGER = 1.12
"""The least ratio of the type size of a heading to that of the text."""

LONGEST = 160
"""The most letters of a line that may be a heading."""

MOST_LINES = 4
"""The most lines of a heading."""

LEVELS = 4

MOST_BOLD = 0.25
"""If a larger share of the letters is bold, bold lines do not count as headings."""

MOST_HEADINGS = 0.3
"""If a larger share of the letters looks like headings, the document is a poster or a form
without headings.
"""

_Style = tuple[float, bool]

_BEGINNING = re.compile(r"[\w“\"'(§].*?[^\W\d_]{2,}")
_AMOUNTS = re.compile(r"(?:[$€£¥]\s?)?\(?\d[\d.,]*\)?%?(?:\s|$)")
_NO_END = frozenset(".,;:-")


def font_headings(lines: Sequence[Placed]) -> Iterator[Heading]:
    """The headings in ascending order. A heading may span several lines; a bold sentence is text."""
    styles = Counter[_Style]()
    for line, _, _ in lines:
        styles[_style(line)] += len(line.text)
    if not styles:
        return
    body = max(styles, key=lambda style: styles[style])[0]
    bold_counts = sum(n for (_, bold), n in styles.items() if bold) < MOST_BOLD * styles.total()
    found = [placed for placed in lines if _is_heading(placed[0], body, bold_counts=bold_counts)]
    if sum(len(line.text) for line, _, _ in found) > MOST_HEADINGS * styles.total():
        return
    runs = [run for run in _runs(lines, found) if len(run) <= MOST_LINES and run[-1][0].text[-1] != "."]
    levels = _levels(_style(run[0][0]) for run in runs)
    for run in runs:
        yield Heading(levels[_style(run[0][0])], run[0][1], run[-1][2])


def _style(line: PdfLine) -> _Style:
    return line.size, line.bold


def _is_heading(line: PdfLine, body: float, *, bold_counts: bool) -> bool:
    if not line.level or len(line.text) > LONGEST or not _BEGINNING.match(line.text):
        return False
    if line.text[-1] in _NO_END or len(_AMOUNTS.findall(line.text)) > 1:
        return False
    if line.size >= LARGER * body:
        return True
    return bold_counts and line.bold and line.above and line.size >= body and line.text[:1].isupper()


def _levels(styles: Iterable[_Style]) -> dict[_Style, int]:
    """The largest type is level 1. Of the same size, bold type is higher."""
    ordered = sorted(set(styles), reverse=True)
    return {style: min(place, LEVELS) for place, style in enumerate(ordered, 1)}


def _runs(lines: Sequence[Placed], found: Sequence[Placed]) -> Iterator[list[Placed]]:
    """Joins each found line with the lines below it that have the same style and do not begin a paragraph."""
    places = {start: place for place, (_, start, _) in enumerate(lines)}
    reached = 0
    for first in found:
        place = places[first[1]]
        if place < reached:
            continue
        reached = place + 1
        while reached < len(lines) and _goes_on(first[0], lines[reached][0]):
            reached += 1
        yield list(lines[place:reached])


def _goes_on(first: PdfLine, line: PdfLine) -> bool:
    return line.level and not line.above and _style(line) == _style(first)
