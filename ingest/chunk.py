"""Splits text into chunks of limited tokens along headings, paragraphs and sentences, without overlap."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from ingest.sections import Section, sections
from ingest.table_heads import TableHeads
from ingest.token_map import Span, TokenMap
from ragapp.protocols import TokenSpans
from ragapp.text.sentences import sentence_spans
from ragapp.types import Chunk, Heading, ParsedText

HEADING_SHARE = 3
"""The largest share of a chunk's tokens that its heading path may take."""

FILL = 0.9
"""The average fill of chunks, as sentences do not fit exactly. It is used to make the chunks of a section
about equally long, without a tiny last one.
"""

_PARAGRAPH_BREAK = re.compile(r"\n[^\S\n]*\n|\f")


def chunk(parsed: ParsedText, token_spans: TokenSpans, max_tokens: int) -> list[Chunk]:
    """The chunks in the order of the text. Heading path and text together have at most `max_tokens` tokens.

    Every visible character is in exactly one chunk, except for the lines of headings and boilerplate. A chunk
    that begins inside a table has the head of the table as the last part of its heading.
    """
    tokens = TokenMap(parsed.text, token_spans)
    for_heading = max_tokens // HEADING_SHARE
    heads = TableHeads(parsed.tables, token_spans, for_heading)
    headings = [h for h in parsed.headings if tokens.count(h.start, h.end) <= for_heading]
    titles = {h: " ".join(parsed.text[h.start : h.end].split()) for h in headings}
    chunks = []
    for section in sections(parsed.text, headings, parsed.boilerplate):
        path = _fitting_path(section.path, tokens, for_heading)
        budget = max_tokens - _path_tokens(path, tokens)
        above = [titles[h] for h in path]
        for start, end in _pack(parsed.text, section, tokens, heads, budget):
            named = " > ".join(filter(None, (*above, heads.head_at(start)))) or None
            chunks.append(Chunk(start, end, parsed.text[start:end], parsed.page_at(start), named))
    return chunks


def _fitting_path(path: Sequence[Heading], tokens: TokenMap, limit: int) -> Sequence[Heading]:
    """The heading path, without outermost headings if it is too long."""
    while _path_tokens(path, tokens) > limit:
        path = path[1:]
    return path


def _path_tokens(path: Sequence[Heading], tokens: TokenMap) -> int:
    return sum(tokens.count(h.start, h.end) for h in path) + max(0, len(path) - 1)


def _pack(text: str, section: Section, tokens: TokenMap, heads: TableHeads, budget: int) -> Iterator[Span]:
    """Fills chunks with sentences. A paragraph that fits entirely into the next chunk is not split."""
    limit = _even_limit(section, tokens, heads, budget)
    packed: Span | None = None

    def overflows(first: Span, last: Span) -> bool:
        return tokens.count(first[0], last[1]) + heads.tokens_at(first[0]) > limit

    for paragraph in _paragraphs(text, section):
        if packed and overflows(packed, paragraph[-1]) and _half_full(tokens, packed, limit):
            yield packed
            packed = None
        for sentence in paragraph:
            for part in tokens.cut(*sentence, limit - heads.most_tokens(*sentence)):
                if packed and overflows(packed, part):
                    yield packed
                    packed = None
                packed = (packed or part)[0], part[1]
    if packed:
        yield packed


def _even_limit(section: Section, tokens: TokenMap, heads: TableHeads, budget: int) -> int:
    """The number of tokens per chunk that makes the chunks of a section about equally long."""
    total = tokens.count(section.start, section.end)
    even = math.ceil(total / math.ceil(max(total, 1) / (budget * FILL)) / FILL)
    return min(budget, even + heads.most_tokens(section.start, section.end))


def _half_full(tokens: TokenMap, packed: Span, limit: int) -> bool:
    return 2 * tokens.count(*packed) >= limit


def _paragraphs(text: str, section: Section) -> Iterator[list[Span]]:
    """The sentences of the section, one list per paragraph."""
    paragraph: list[Span] = []
    for start, end in sentence_spans(text[section.start : section.end]):
        sentence = start + section.start, end + section.start
        if paragraph and _PARAGRAPH_BREAK.search(text, paragraph[-1][1], sentence[0]):
            yield paragraph
            paragraph = []
        paragraph.append(sentence)
    if paragraph:
        yield paragraph
