"""A page of a PDF, drawn by pdfium, and where its words stand."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from ragapp import ocr
from ragapp.errors import ParseError
from ragapp.page_images.alignment import find
from ragapp.page_images.line_boxes import PixelBox, joined_lines
from ragapp.page_images.messages import DrawRequest
from ragapp.page_images.scans import scanned_boxes
from ragapp.types import PageBox

WIDTH = 1240
"""Dots across a page: 150 an inch on A4, sharp enough to read and half the bytes of 200."""

LONGEST = 3000
"""Dots along the longer side, however odd the page's shape."""

_GRID = 1_000_000
"""Parts of a page's side in which pdfium is asked for places: it counts in whole numbers."""


def draw_pdf(data: bytes, name: str, wish: DrawRequest) -> tuple[Image.Image, tuple[PageBox, ...]]:
    """Raises ParseError when the file or that page of it cannot be drawn, LookupError when it has no such
    page."""
    try:
        with _opened(data, wish.password) as document:
            if not 1 <= wish.page <= len(document):
                raise LookupError(wish.page)
            document.init_forms()  # so that what was filled in is drawn too
            page = document[wish.page - 1]
            return _drawn(page), _boxes(page, wish)
    except pypdfium2.PdfiumError as error:
        raise ParseError(
            f"Page {wish.page} of {name} cannot be drawn ({error}). Its text can be read all the same; to "
            "see the page, open the file in its own program."
        ) from error


def _opened(data: bytes, password: str | None) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code != pdfium.FPDF_ERR_PASSWORD or password is None:
            raise
        return pypdfium2.PdfDocument(data, password=password)


def _drawn(page: pypdfium2.PdfPage) -> Image.Image:
    width, height = page.get_size()
    scale = min(WIDTH / max(width, 1.0), LONGEST / max(width, height, 1.0))
    picture: Image.Image = page.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
    return picture


def _boxes(page: pypdfium2.PdfPage, wish: DrawRequest) -> tuple[PageBox, ...]:
    if wish.start >= wish.end:
        return ()
    text_page = page.get_textpage()
    characters = _characters(text_page)
    if not any(letter.strip() for letter in characters):
        return scanned_boxes(_read_as(page), wish)
    found = find(wish.text, (wish.start, wish.end), characters)
    return joined_lines(_box(page, text_page, index) for index in found)


def _read_as(page: pypdfium2.PdfPage) -> Image.Image:
    """The page as it was drawn to be read when it was brought in, so that the same words are seen."""
    scale = min(ocr.DPI / 72, ocr.LONGEST / max(*page.get_size(), 1.0))
    picture: Image.Image = page.render(scale=scale, grayscale=True).to_pil()
    return picture


def _characters(text_page: pypdfium2.PdfTextPage) -> Sequence[str]:
    """The page's characters; of one that pdfium gives as two UTF-16 units the second is empty."""
    codes = [pdfium.FPDFText_GetUnicode(text_page, index) for index in range(text_page.count_chars())]
    units = b"".join((code & 0xFFFF).to_bytes(2, "little") for code in codes)
    characters: list[str] = []
    for letter in units.decode("utf-16-le", errors="replace"):
        characters += [letter, ""] if letter > "\uffff" else [letter]
    return characters


def _box(page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage, index: int) -> PixelBox:
    """Of one character, in fractions of the page as shown: turned and cropped as the file says."""
    left, bottom, right, top = text_page.get_charbox(index, loose=True)
    corners = [_shown(page, x, y) for x, y in ((left, bottom), (right, top))]
    (x1, x2), (y1, y2) = (sorted(side) for side in zip(*corners, strict=True))
    return PixelBox(x1, y1, x2, y2)


def _shown(page: pypdfium2.PdfPage, x: float, y: float) -> tuple[float, float]:
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page, 0, 0, _GRID, _GRID, 0, x, y, across, down)
    return across.value / _GRID, down.value / _GRID
