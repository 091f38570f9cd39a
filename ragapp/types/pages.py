"""Pages of documents: their text, their image, and where words are on it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """A page of a document version: `text` is that version's `text[start:end]`; `page` counts from 1.

    `sha256` names the bytes that it was read from.
    """

    document_id: str
    name: str
    version: int
    sha256: str
    page: int
    pages: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class PageBox:
    """A part of one printed line, in fractions of the page as shown, from its upper left corner."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page as a PNG of `width` x `height` pixels, with the cited words highlighted in `boxes`, in reading
    order.

    There are no boxes when no words were cited or when they are not found, for instance on a scan without
    Tesseract.
    """

    png: bytes
    width: int
    height: int
    boxes: tuple[PageBox, ...] = ()
