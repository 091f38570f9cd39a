"""Page headers, footers and page numbers: lines that stand at the edges of neighbouring pages alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

Span = tuple[int, int]

DEEPEST = 4
"""Lines at the beginning and at the end of a page that may be boilerplate."""

NEIGHBOURS = (-2, -1, 1, 2)
NEEDED = 2
"""On how many of a page's neighbours a line must stand too: odd and even pages often differ, so two off
counts as a neighbour, and what stands on every page of a chapter only is found as well."""

_LINE = re.compile(r"[^\n\f]+")
_FIRST_NUMBER = re.compile(r"^\W*(?:page\s+)?(\d{1,4})(?=\W|$)", re.IGNORECASE)
_LAST_NUMBER = re.compile(r"(?<![\w.,])(\d{1,4})(?:\s+of\s+\d{1,4})?\W*$")

_Key = tuple[str, int | None]
"""A line without its page number, and how far that number is ahead of the page's place in the file."""


def boilerplate(text: str, page_starts: Sequence[int]) -> tuple[Span, ...]:
    """The spans of `text` that are boilerplate, ascending. A text of fewer than three pages has none."""
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
    """Lines from a page's edge up to the first that its neighbours do not have."""
    for _, (start, end) in zip(range(DEEPEST), inwards, strict=False):
        keys = _keys(text[start:end], number)
        if not any(sum(key in edge for edge in around) >= NEEDED for key in keys):
            return
        yield start, end


def _keys(line: str, number: int) -> tuple[_Key, ...]:
    """What the line has to share with a neighbour's: all of its words, and a page number that counts on."""
    words = " ".join(line.split())
    found = [match for number_at in (_FIRST_NUMBER, _LAST_NUMBER) if (match := number_at.search(words))]
    numbered = [(words[: m.start(1)] + "#" + words[m.end(1) :], int(m[1]) - number) for m in found]
    return ((words, None), *numbered)
