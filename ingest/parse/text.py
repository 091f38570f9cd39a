"""Plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.parse.boilerplate import boilerplate
from ingest.parse.encoding import decode
from ragapp.text.builder import page_starts
from ragapp.text.clean import clean
from ragapp.types import Heading, ParsedText


def parse_text(data: bytes, name: str) -> ParsedText:
    """Parses plain text, with form feeds as page breaks. Raises ParseError if no encoding fits."""
    text = clean(decode(data, name))
    starts = page_starts(text)
    skipped = boilerplate(text, starts)
    return ParsedText(text, starts, text_headings(text, skipped), boilerplate=skipped)


LOWEST_LEVEL = 6
LONGEST = 100
"""The most characters of a heading."""

INDENTED = 0.6
"""If this share of the lines is indented, a single line at the margin is a heading without a number."""

_NUMBERED = re.compile(
    r"(?:(?:section|chapter|appendix|annex)\s+)?(?P<number>\d{1,3}(?:\.\d{1,3})*|[A-Z](?:\.\d{1,3})*)"
    r"(?:[.:)]|(?=\s))[ \t]++(?P<title>(?=.*[^\W\d_]{2}).*)",
    re.IGNORECASE,
)
_LEADERS = re.compile(r"\.{3}|\. \. |\s{3,}\S*\d+$")
_PLAIN = re.compile(r"[A-Z][\w'’&/(), -]{2,60}")
_LINE = re.compile(r"([^\n\f]*+)(?:[\n\f]|\Z)")

_Number = tuple[tuple[bool, int], ...]
"""The comparable number of a heading. Appendices, which have letters, come after sections."""


def text_headings(text: str, skipped: Sequence[tuple[int, int]]) -> tuple[Heading, ...]:
    """The headings outside the spans of `skipped`, in ascending order. The level is the depth of
    the number.
    """
    return tuple(_headings(text, frozenset(start for start, _ in skipped)))


def _headings(text: str, skipped: frozenset[int]) -> Iterator[Heading]:
    margin_counts = _is_indented(text)
    reached: _Number = ()
    for start, line in _lone_lines(text):
        if start in skipped or len(line) > LONGEST or _LEADERS.search(line) or line[-1] in ".,;:":
            continue
        span = start, start + len(line)
        numbered = _NUMBERED.fullmatch(line)
        if numbered:
            number = _parsed(numbered["number"])
            if _follows(number, reached):
                reached = number
                yield Heading(min(len(number), LOWEST_LEVEL), *span)
        elif margin_counts and _PLAIN.fullmatch(line):
            yield Heading(1, *span)


def _lone_lines(text: str) -> Iterator[tuple[int, str]]:
    """The start and the stripped text of each line at the margin without adjacent lines above and below on
    its page.
    """
    lone: tuple[int, str] | None = None
    free_above = True
    for match in _LINE.finditer(text):
        line = match[1].rstrip()
        if line:
            lone = (match.start(), line) if free_above and not line[0].isspace() else None
        ends_page = not match[0].endswith("\n")
        if lone and (ends_page or not line):
            yield lone
            lone = None
        free_above = ends_page or not line


def _is_indented(text: str) -> bool:
    lines = (match[1] for match in _LINE.finditer(text))
    indents = [line[0] in " \t" for line in lines if line.strip()]
    return sum(indents) >= INDENTED * len(indents) > 0


def _parsed(number: str) -> _Number:
    parts = number.split(".")
    return tuple((part.isalpha(), ord(part) - 64 if part.isalpha() else int(part)) for part in parts)


def _follows(number: _Number, reached: _Number) -> bool:
    """Whether a section of that number may come next. Numbers of lists start over, and years are
    far ahead.
    """
    if not reached:
        return number[0][1] <= 1
    step = number[0][1] - reached[0][1] if number[0][0] == reached[0][0] else number[0][1]
    return number > reached and step <= 1
