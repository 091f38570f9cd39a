"""Pages as a reader sees them: the text of one, its picture, and where words stand in it."""

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
    """A stretch of one printed line, in fractions of the page as it is shown, from its upper left."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page as a PNG of `width` x `height` pixels; `boxes` are where the wanted words stand, in reading
    order, and are marked in it.

    No boxes when no words were wanted, or when they are not found: on a scan without Tesseract, for one.
    """

    png: bytes
    width: int
    height: int
    boxes: tuple[PageBox, ...] = ()
