"""AsciiDoc and reStructuredText. As with Markdown the text is the file's own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.parse.clean import clean
from ingest.parse.encoding import decode
from ragapp.types import Heading, ParsedText

ASCIIDOC_NAMES = frozenset({".adoc", ".asciidoc", ".asc"})
RST_NAMES = frozenset({".rst", ".rest"})

_ASCIIDOC_HEADING = re.compile(r"^(={1,6})[ \t]+(\S.*?)[ \t]*$", re.MULTILINE)
_ASCIIDOC_BLOCK = re.compile(r"^(-{4,}|\.{4,}|/{4,})[ \t]*$.*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_RST_HEADING = re.compile(
    r"^(?:(?P<over>([=\-~^\"'`#*+.:_])\2{2,})[ \t]*\n)?[ \t]*(?P<title>\S.*?)[ \t]*\n"
    r"(?P<under>([=\-~^\"'`#*+.:_])\5{2,})[ \t]*$",
    re.MULTILINE,
)


def parse_asciidoc(data: bytes, name: str) -> ParsedText:
    """Headings are lines that begin with `=`. Raises ParseError as `decode` does."""
    text = clean(decode(data, name))
    blocks = [match.span() for match in _ASCIIDOC_BLOCK.finditer(text)]
    headings = tuple(
        Heading(len(match[1]), *match.span(2))
        for match in _ASCIIDOC_HEADING.finditer(text)
        if not any(start <= match.start() < end for start, end in blocks)
    )
    return ParsedText(text, headings=headings, title=_first(text, headings))


def parse_rst(data: bytes, name: str) -> ParsedText:
    """Headings are lines with a line of signs below, and maybe above. Raises ParseError as `decode` does."""
    text = clean(decode(data, name))
    headings = tuple(_rst_headings(text))
    return ParsedText(text, headings=headings, title=_first(text, headings))


def _rst_headings(text: str) -> Iterator[Heading]:
    """The first kind of line met is the highest level, and so on."""
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
