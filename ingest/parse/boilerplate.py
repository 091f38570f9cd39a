"""Finds page headers, footers and page numbers: lines that recur at the edges of neighbouring pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

Span = tuple[int, int]

DEEPEST = 4
"""The number of lines at each edge of a page that may be boilerplate."""

NEIGHBOURS = (-2, -1, 1, 2)
NEEDED = 2
"""The number of neighbouring pages that must have the line too. Odd and even pages often differ, so pages at
a distance of two count as neighbours. Headers of a single chapter are found as well.
"""

_LINE = re.compile(r"[^\n\f]+")
_FIRST_NUMBER = re.compile(r"^\W*(?:page\s+)?(\d{1,4})(?=\W|$)", re.IGNORECASE)
_LAST_NUMBER = re.compile(r"(?<![\w.,])(\d{1,4})(?:\s+of\s+\d{1,4})?\W*$")

_Key = tuple[str, int | None]
"""A line without its page number, and the difference between that number and the index of the page."""


def boilerplate(text: str, page_starts: Sequence[int]) -> tuple[Span, ...]:
    """The boilerplate spans of `text` in ascending order. A text of fewer than three pages has none."""
    ends = [start - 1 for start in page_starts[1:]] + [len(text)]
    pages = [_lines(text, start, end) for start, end in zip(page_starts, ends, strict=True)]
    edges = [_edge_keys(text, lines, number) for number, lines in enumerate(pages)]
    spans: set[Span] = set()
    for number, lines in enumerate(pages):
        around = [edges[number + off] for off in NEIGHBOURS if 0 <= number + off < len(edges)]
        spans.update(_repeated(text, lines, number, around))
        spans.update(_repeated(text, reversed(lines), number, around))
    return tuple(sorted(spans))


def _lines(text: str, start: int, end: int) -> list[Span]:
    return [match.span() for match in _LINE.finditer(text, start, end) if not match[0].isspace()]


def _edge_keys(text: str, lines: Sequence[Span], number: int) -> frozenset[_Key]:
    edge = lines if len(lines) <= 2 * DEEPEST else [*lines[:DEEPEST], *lines[-DEEPEST:]]
    return frozenset(key for start, end in edge for key in _keys(text[start:end], number))


def _repeated(
    text: str, inwards: Iterable[Span], number: int, around: Sequence[frozenset[_Key]]
) -> Iterator[Span]:
    """The lines from the edge of a page up to the first one that its neighbours do not have."""
    for _, (start, end) in zip(range(DEEPEST), inwards, strict=False):
        keys = _keys(text[start:end], number)
        if not any(sum(key in edge for edge in around) >= NEEDED for key in keys):
            return
        yield start, end


def _keys(line: str, number: int) -> tuple[_Key, ...]:
    """What the line must have in common with one of a neighbour: its words, and a page number that advances
    with the pages.
    """
    words = " ".join(line.split())
    found = [match for number_at in (_FIRST_NUMBER, _LAST_NUMBER) if (match := number_at.search(words))]
    numbered = [(words[: m.start(1)] + "#" + words[m.end(1) :], int(m[1]) - number) for m in found]
    return ((words, None), *numbered)
