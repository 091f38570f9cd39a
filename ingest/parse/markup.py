"""AsciiDoc and reStructuredText. As in Markdown, the text includes the markup."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator

from ingest.parse.encoding import decode
from ragapp.text.clean import clean
from ragapp.types import Heading, ParsedText

ASCIIDOC_NAMES = frozenset({".adoc", ".asciidoc", ".asc"})
RST_NAMES = frozenset({".rst", ".rest"})

_ASCIIDOC_HEADING = re.compile(r"^(={1,6})[ \t]+(\S(?:.*\S)?)[ \t]*$", re.MULTILINE)
_ASCIIDOC_FENCE = re.compile(r"^(-{4,}|\.{4,}|/{4,})[ \t]*$", re.MULTILINE)
_RST_HEADING = re.compile(
    r"^(?:(?P<over>([=\-~^\"'`#*+.:_])\2{2,})[ \t]*\n)?[ \t]*(?P<title>\S(?:.*\S)?)[ \t]*\n"
    r"(?P<under>([=\-~^\"'`#*+.:_])\5{2,})[ \t]*$",
    re.MULTILINE,
)


def parse_asciidoc(data: bytes, name: str) -> ParsedText:
    """Parses AsciiDoc, whose headings begin with `=`. Raises ParseError like `decode`."""
    text = clean(decode(data, name))
    blocks = _asciidoc_blocks(text)
    starts = [start for start, _ in blocks]
    headings = tuple(
        Heading(len(match[1]), *match.span(2))
        for match in _ASCIIDOC_HEADING.finditer(text)
        if not _is_inside(match.start(), starts, blocks)
    )
    return ParsedText(text, headings=headings, title=_first(text, headings))


def _asciidoc_blocks(text: str) -> list[tuple[int, int]]:
    """The blocks between two equal delimiter lines, in ascending order, without unclosed ones."""
    fences = list(_ASCIIDOC_FENCE.finditer(text))
    ends: dict[str, list[re.Match[str]]] = defaultdict(list)
    for fence in reversed(fences):
        ends[fence[1]].append(fence)
    blocks: list[tuple[int, int]] = []
    for fence in fences:
        ends[fence[1]].pop()
        if (not blocks or fence.start() >= blocks[-1][1]) and ends[fence[1]]:
            blocks.append((fence.start(), ends[fence[1]][-1].end()))
    return blocks


def _is_inside(offset: int, starts: list[int], spans: list[tuple[int, int]]) -> bool:
    before = bisect_right(starts, offset) - 1
    return before >= 0 and offset < spans[before][1]


def parse_rst(data: bytes, name: str) -> ParsedText:
    """Parses reStructuredText, whose headings are underlined and sometimes overlined.

    Raises ParseError like `decode`.
    """
    text = clean(decode(data, name))
    headings = tuple(_rst_headings(text))
    return ParsedText(text, headings=headings, title=_first(text, headings))


def _rst_headings(text: str) -> Iterator[Heading]:
    """The first style of underline in the text is the highest level, and so on."""
    kinds: list[str] = []
    for match in _RST_HEADING.finditer(text):
        over, under, title = match["over"] or "", match["under"], match["title"]
        if len(under) < len(title) or (over and over != under):
            continue
        kind = under[0] + over[:1]
        if kind not in kinds:
            kinds.append(kind)
        yield Heading(min(kinds.index(kind) + 1, 6), *match.span("title"))


def _first(text: str, headings: tuple[Heading, ...]) -> str | None:
    return text[headings[0].start : headings[0].end] if headings else None
