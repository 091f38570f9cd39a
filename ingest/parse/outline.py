"""Locates the entries of a PDF outline (its bookmarks) in the text of their pages."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ragapp.types import Heading

MAX_LEVEL = 6
MOST_LINES = 4
LONGEST = 1000
"""The most characters of a title, including white space."""

_LINE = re.compile(r"[^\n\f]+")
_NUMBER = re.compile(r"(?:\d{1,2}(?:\.\d+){0,8}+\.?|[A-Z]\.) +")
"""The number of a section, which may be in the text although the outline omits it."""


class OutlineEntry(NamedTuple):
    """`level` 1 is the highest; `page` counts from 0; `title` is clean text."""

    level: int
    title: str
    page: int | None


def locate_headings(
    text: str, page_starts: Sequence[int], outline: Iterable[OutlineEntry]
) -> Iterator[Heading]:
    """The entries whose titles are whole lines of their pages, in the order of the text.

    Other entries are left out, because a heading in the wrong place is worse than none.
    """
    pages: dict[int, _Page] = {}
    reached = 0
    for entry in outline:
        number = entry.page
        if number is None or not 0 <= number < len(page_starts) or not entry.title.strip():
            continue
        if number not in pages:
            end = page_starts[number + 1] if number + 1 < len(page_starts) else len(text)
            pages[number] = _Page(text, page_starts[number], end)
        found = pages[number].first(entry.title, reached)
        if found:
            yield Heading(min(entry.level, MAX_LEVEL), *found)
            reached = found[1]


class _Page:
    """An index of the texts of up to MOST_LINES consecutive lines of a page, with and without section
    numbers.

    Titles are looked up instead of searched, because an outline may have as many entries as a page has lines.
    """

    def __init__(self, text: str, start: int, end: int) -> None:
        self._spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
        lines = [match.span() for match in _LINE.finditer(text, start, end)]
        for place, (first, _) in enumerate(lines):
            number = _NUMBER.match(text, first, end)
            for _, last in lines[place : place + MOST_LINES]:
                if last - first > LONGEST:
                    break
                span = first, first + len(text[first:last].rstrip())
                for beginning in {first, number.end() if number else first}:
                    self._spans[_key(text[beginning : span[1]])].append(span)

    def first(self, title: str, reached: int) -> tuple[int, int] | None:
        """The first position of the title at or after the offset `reached`."""
        spans = self._spans.get(_key(title), [])
        place = bisect_left(spans, (reached, 0))
        return spans[place] if place < len(spans) else None


def _key(title: str) -> str:
    return " ".join(title.split()).casefold()
