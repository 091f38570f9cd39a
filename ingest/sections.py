"""Splits a text into sections by its headings."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, zip_longest

from ragapp.types import Heading

_LINE_END = re.compile(r"[\n\f]")
_UNDERLINE = re.compile(r"[ \t>]*(?:={2,}|-{2,}|~{2,})[ \t]*(?:\n|\Z)")


@dataclass(frozen=True, slots=True)
class Section:
    """A section: `text[start:end]` with the `path` of its headings, outermost first."""

    start: int
    end: int
    path: tuple[Heading, ...] = ()


def sections(
    text: str, headings: Sequence[Heading], boilerplate: Sequence[tuple[int, int]] = ()
) -> Iterator[Section]:
    """Splits the text so that every visible character outside headings and boilerplate is in one section.

    Sections do not overlap. Boilerplate divides a section into two with the same path. A heading without text
    is a section of its own under the headings above it.
    """
    for section in _between_headings(text, headings):
        yield from _without(section, boilerplate)


def _between_headings(text: str, headings: Sequence[Heading]) -> Iterator[Section]:
    yield Section(0, _line_start(text, headings[0].start, 0) if headings else len(text))
    above: list[Heading] = []
    reached = 0
    for heading, following in zip_longest(headings, headings[1:]):
        above = [higher for higher in above if higher.level < heading.level]
        line = _line_start(text, heading.start, reached)
        body = _body_start(text, heading, line)
        end = _line_start(text, following.start, body) if following else len(text)
        if text[body:end].strip():
            yield Section(body, end, (*above, heading))
        elif following is None or following.level <= heading.level:
            yield Section(line, body, tuple(above))
        above.append(heading)
        reached = body


def _without(section: Section, boilerplate: Sequence[tuple[int, int]]) -> Iterator[Section]:
    start = section.start
    first = bisect_left(boilerplate, (section.start, section.start))
    for left_out in islice(boilerplate, first, None):
        if left_out[0] >= section.end:
            break
        if left_out[0] > start:
            yield replace(section, start=start, end=left_out[0])
        start = max(start, left_out[1])
    if start < section.end:
        yield replace(section, start=start)


def _line_start(text: str, offset: int, earliest: int) -> int:
    """The start of the line of the offset, searched for from `earliest` on."""
    return max(text.rfind("\n", earliest, offset), text.rfind("\f", earliest, offset), earliest - 1) + 1


def _body_start(text: str, heading: Heading, line: int) -> int:
    """The end of the lines of the heading, or of the heading itself if other text follows on its line."""
    found = _LINE_END.search(text, heading.end)
    line_end = found.end() if found else len(text)
    beside = text[line : heading.start] + text[heading.end : line_end]
    if re.search(r"\w", beside):
        return line
    underline = _UNDERLINE.match(text, line_end)
    return underline.end() if underline else line_end
