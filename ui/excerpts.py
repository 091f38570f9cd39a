"""Shows text with the cited spans highlighted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ragapp.types import DocumentPage
from ui.escape import html_text

Span = tuple[int, int]
"""Character offsets (start, end) into a document version's text."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text that is either entirely cited or not at all."""

    text: str
    cited: bool


def page_pieces(page: DocumentPage, cited: Iterable[Span] = ()) -> tuple[Piece, ...]:
    """Splits the text of a page at the ends of the cited spans, which may overlap and exceed the page."""
    pieces: list[Piece] = []
    at = 0
    for start, end in sorted(cited):
        first, last = max(start - page.start, at), min(end - page.start, len(page.text))
        if last <= first:
            continue
        if first > at:
            pieces.append(Piece(page.text[at:first], cited=False))
        pieces.append(Piece(page.text[first:last], cited=True))
        at = last
    if at < len(page.text):
        pieces.append(Piece(page.text[at:], cited=False))
    return tuple(pieces)


def pieces_html(pieces: Iterable[Piece]) -> str:
    """HTML with the cited pieces in `<mark>` and all text escaped."""
    return f'<div class="ragapp-text" dir="auto">{"".join(map(_piece_html, pieces))}</div>'


def _piece_html(piece: Piece) -> str:
    text = html_text(piece.text)
    if not piece.cited:
        return text
    # Screen readers do not announce <mark>, so they get hidden words around it.
    return (
        '<mark><span class="ragapp-spoken">cited words: </span>'
        f'{text}<span class="ragapp-spoken"> end of cited words</span></mark>'
    )
