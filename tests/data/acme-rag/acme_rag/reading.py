"""A source, a parser and a chunker."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import nullcontext

from ragapp.errors import ParseError, UsageError
from ragapp.fetching.web import FetchLimits
from ragapp.protocols import Source, TokenSpans
from ragapp.types import Chunk, ParsedText

SHELVES = {"birds": {"herons": b"ACME\nHerons fish at dusk.\nThe tide turns at noon.\n"}}
MAGIC = b"ACME\n"


def shelf(address: str, limits: FetchLimits) -> Iterator[Source]:
    name = address.partition("://")[2]
    if name not in SHELVES:
        raise UsageError(f"There is no shelf {name!r}. Available: {', '.join(SHELVES)}.")
    for title, data in SHELVES[name].items():
        yield Source(f"acme:{name}/{title}", f"{title}.acme", lambda data=data: nullcontext(io.BytesIO(data)))


def parse(data: bytes, name: str) -> ParsedText:
    if not data.startswith(MAGIC):
        raise ParseError(f"{name} does not begin with ACME. Save it again.")
    return ParsedText(data.removeprefix(MAGIC).decode())


def lines(parsed: ParsedText, token_spans: TokenSpans, max_tokens: int) -> list[Chunk]:
    """A chunk for each line, or for as much of it as fits."""
    chunks = []
    start = 0
    for line in parsed.text.splitlines(keepends=True):
        for first, last in _parts(line, token_spans, max_tokens):
            text = line[first:last].strip()
            at = start + first + line[first:last].index(text)
            if text:
                chunks.append(Chunk(at, at + len(text), text, parsed.page_at(at)))
        start += len(line)
    return chunks


def _parts(line: str, token_spans: TokenSpans, max_tokens: int) -> Iterator[tuple[int, int]]:
    begins = [int(start) for start, _ in token_spans(line)][::max_tokens]
    yield from zip([0, *begins[1:]], [*begins[1:], len(line)], strict=True)
