"""Markdown. The text includes the markup, so that offsets match the file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.parse.encoding import decode
from ingest.parse.markdown_tables import markdown_tables
from ragapp.text.clean import clean
from ragapp.types import Heading, ParsedText

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?\n)??(?:---|\.\.\.)[ \t]*\n", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title:(.*)$", re.MULTILINE)


def parse_markdown(data: bytes, name: str) -> ParsedText:
    """Parses Markdown. The title is that of the front matter, or the first heading.

    Raises ParseError like `decode`.
    """
    text = clean(decode(data, name))
    front = _FRONT_MATTER.match(text)
    body = front.end() if front else 0
    tokens = MarkdownIt("commonmark").enable("table").disable("inline").parse(text[body:])
    line_starts = list(accumulate((len(line) + 1 for line in text[body:].split("\n")), initial=body))
    headings = tuple(_headings(text, tokens, line_starts))
    named = _FRONT_TITLE.search(text, 0, body)
    title = _unquoted(named[1].strip(" \t")) if named else ""
    if not title and headings:
        title = text[headings[0].start : headings[0].end]
    tables = tuple(markdown_tables(text, tokens, line_starts))
    return ParsedText(text, headings=headings, title=title or None, tables=tables)


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value


def _headings(text: str, tokens: Sequence[Token], line_starts: Sequence[int]) -> Iterator[Heading]:
    for opening, content in pairwise(tokens):
        if opening.type == "heading_open" and content.content.strip():
            yield _heading(text, line_starts, opening, content)


def _heading(text: str, line_starts: Sequence[int], opening: Token, content: Token) -> Heading:
    first, last = content.map or (0, 1)
    block_start, block_end = line_starts[first], line_starts[last] - 1
    start = text.find(content.content, block_start, block_end)
    if start >= 0:
        end = start + len(content.content)
    else:  # a title over several indented lines, whose indentation the parser has removed
        end = block_end
        start = block_start
    return Heading(int(opening.tag[1:]), start, end)
