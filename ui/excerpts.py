"""Spans of a document's text, cut for reading: the cited words with their neighbours, on their page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ragapp.types import ParsedText
from ui.escape import html_text

Span = tuple[int, int]
"""Character offsets (start, end) into a document version's text."""

_BREAK = re.compile(r"\n\s*\n|(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that is cited, or not."""

    text: str
    cited: bool


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A stretch of a text in reading order, with whether more of the page lies before and after it."""

    pieces: tuple[Piece, ...]
    more_before: bool = False
    more_after: bool = False


def page_span(parsed: ParsedText, page: int) -> Span:
    """The offsets of `page`, counted from 1. Raises IndexError when there is no such page."""
    start = parsed.page_starts[page - 1]
    end = parsed.page_starts[page] if page < parsed.pages else len(parsed.text)
    return start, end


def whole_page(parsed: ParsedText, page: int, cited: Iterable[Span] = ()) -> Excerpt:
    """All of a page; of the `cited` spans, those parts that lie on it."""
    start, end = page_span(parsed, page)
    return Excerpt(_pieces(parsed.text, start, end, cited))


def around(parsed: ParsedText, cited: Span, neighbours: int = 320) -> Excerpt:
    """The cited span with up to `neighbours` characters before and after it, from the pages it lies on.

    The neighbours begin and end between sentences where there is such a place.
    """
    text, (first, last) = parsed.text, cited
    page_start, _ = page_span(parsed, parsed.page_at(first))
    _, page_end = page_span(parsed, parsed.page_at(max(first, last - 1)))
    start = page_start if first - neighbours <= page_start else _open_at(text, first - neighbours, first)
    end = page_end if last + neighbours >= page_end else _close_at(text, last, last + neighbours)
    start, end = _without_blank_edges(text, (start, end), keep=cited)
    return Excerpt(
        _pieces(text, start, end, [cited]),
        more_before=bool(text[page_start:start].strip()),
        more_after=bool(text[end:page_end].strip()),
    )


def excerpt_html(excerpt: Excerpt) -> str:
    """The excerpt as HTML: the cited words in `<mark>`, everything else as plain characters."""
    inner = "".join(_piece_html(piece) for piece in excerpt.pieces)
    before = '<span class="ragapp-more">… </span>' if excerpt.more_before else ""
    after = '<span class="ragapp-more"> …</span>' if excerpt.more_after else ""
    return f'<div class="ragapp-text" dir="auto">{before}{inner}{after}</div>'


def _piece_html(piece: Piece) -> str:
    text = html_text(piece.text)
    if not piece.cited:
        return text
    # Screen readers say nothing about <mark>, so the words around it are there for them alone.
    return (
        '<mark><span class="ragapp-spoken">cited words: </span>'
        f'{text}<span class="ragapp-spoken"> end of cited words</span></mark>'
    )


def _pieces(text: str, start: int, end: int, cited: Iterable[Span]) -> tuple[Piece, ...]:
    """Cuts text[start:end] at the borders of the cited spans, which may overlap."""
    pieces: list[Piece] = []
    at = start
    for first, last in sorted((max(first, start), min(last, end)) for first, last in cited):
        if last <= max(first, at):
            continue
        if first > at:
            pieces.append(Piece(text[at:first], cited=False))
        pieces.append(Piece(text[max(first, at) : last], cited=True))
        at = last
    if at < end:
        pieces.append(Piece(text[at:end], cited=False))
    return tuple(pieces)


def _open_at(text: str, start: int, end: int) -> int:
    """Where to begin reading in text[start:end]: after its first sentence's end, else after a space."""
    found = _BREAK.search(text, start, end)
    if found:
        return found.end()
    space = text.find(" ", start, end)
    return start if space < 0 else space + 1


def _close_at(text: str, start: int, end: int) -> int:
    """Where to stop reading in text[start:end]: after its last whole sentence, else before a space."""
    breaks = [found.start() for found in _BREAK.finditer(text, start, end) if found.start() > start]
    if breaks:
        return breaks[-1]
    space = text.rfind(" ", start, end)
    return end if space <= start else space


def _without_blank_edges(text: str, span: Span, keep: Span) -> Span:
    """`span` less the white space at its ends, but never less than `keep`."""
    start, end = span
    while start < keep[0] and text[start].isspace():
        start += 1
    while end > keep[1] and text[end - 1].isspace():
        end -= 1
    return start, end
