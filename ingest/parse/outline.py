"""Finds the entries of a PDF's outline (its bookmarks) in the text of their pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ragapp.types import Heading

MAX_LEVEL = 6


class OutlineEntry(NamedTuple):
    """`level` 1 is the highest; `page` counts from 0; `title` is clean text."""

    level: int
    title: str
    page: int | None


def locate_headings(
    text: str, page_starts: Sequence[int], outline: Iterable[OutlineEntry]
) -> Iterator[Heading]:
    """The entries whose titles make up whole lines of their pages, in the order of the text.

    An entry that is not found so is left out: a heading in the wrong place is worse than none.
    """
    reached = 0
    for entry in outline:
        words = entry.title.split()
        if entry.page is None or not 0 <= entry.page < len(page_starts) or not words:
            continue
        start = max(reached, page_starts[entry.page])
        end = page_starts[entry.page + 1] if entry.page + 1 < len(page_starts) else len(text)
        found = _whole_lines(words).search(text, start, end)
        if found:
            yield Heading(min(entry.level, MAX_LEVEL), found.start(), found.end())
            reached = found.end()


def _whole_lines(words: Sequence[str]) -> re.Pattern[str]:
    """A section's number may stand in the text though the outline leaves it out."""
    title = r"\s+".join(re.escape(word) for word in words)
    return re.compile(
        rf"(?:(?<=[\n\f])|\A)(?:(?:\d{{1,2}}(?:\.\d+)*\.?|[A-Z]\.)[ ]+)?{title}(?=[ ]*(?:[\n\f]|\Z))",
        re.IGNORECASE,
    )
