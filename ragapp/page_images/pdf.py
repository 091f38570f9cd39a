"""Drawing a page of a PDF with pdfium, and finding the boxes of its words."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from ragapp import ocr
from ragapp.errors import ParseError
from ragapp.page_images.alignment import find
from ragapp.page_images.line_boxes import LineBox, joined_lines
from ragapp.page_images.messages import DrawRequest
from ragapp.page_images.pictures import MAX_SIDE, WIDTH, scanned_boxes
from ragapp.types import PageBox

_GRID = 1_000_000
"""The resolution of coordinates from pdfium, which are integers."""


def draw_pdf(data: bytes, name: str, request: DrawRequest) -> tuple[Image.Image, tuple[PageBox, ...]]:
    """Draws a page of a PDF.

    Raises ParseError if it cannot be drawn, LookupError if the page does not exist.
    """
    try:
        with _open_pdf(data, request.password) as document:
            if not 1 <= request.page <= len(document):
                raise LookupError(request.page)
            document.init_forms()  # so that filled-in forms are drawn, too
            page = document[request.page - 1]
            return _draw_page(page), _boxes(page, request)
    except pypdfium2.PdfiumError as error:
        raise ParseError(
            f"Page {request.page} of {name} cannot be drawn ({error}). Its text is still available. To see "
            "the page, open the file in its own program."
        ) from error


def _open_pdf(data: bytes, password: str | None) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code != pdfium.FPDF_ERR_PASSWORD or password is None:
            raise
        return pypdfium2.PdfDocument(data, password=password)


def _draw_page(page: pypdfium2.PdfPage) -> Image.Image:
    width, height = page.get_size()
    scale = min(WIDTH / max(width, 1.0), MAX_SIDE / max(width, height, 1.0))
    picture: Image.Image = page.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
    return picture


def _boxes(page: pypdfium2.PdfPage, request: DrawRequest) -> tuple[PageBox, ...]:
    if request.start >= request.end:
        return ()
    text_page = page.get_textpage()
    characters = _characters(text_page)
    if not any(letter.strip() for letter in characters):
        return scanned_boxes(_as_ingested(page), request)
    found = find(request.text, (request.start, request.end), characters)
    return joined_lines(_box(page, text_page, index) for index in found)


def _as_ingested(page: pypdfium2.PdfPage) -> Image.Image:
    """The page as it was drawn for OCR during ingestion, so that the same words are found."""
    scale = min(ocr.DPI / 72, ocr.MAX_SIDE / max(*page.get_size(), 1.0))
    picture: Image.Image = page.render(scale=scale, grayscale=True).to_pil()
    return picture


def _characters(text_page: pypdfium2.PdfTextPage) -> Sequence[str]:
    """The page's characters. Where pdfium has two UTF-16 units for one character, the second is empty."""
    codes = [pdfium.FPDFText_GetUnicode(text_page, index) for index in range(text_page.count_chars())]
    units = b"".join((code & 0xFFFF).to_bytes(2, "little") for code in codes)
    characters: list[str] = []
    for letter in units.decode("utf-16-le", errors="replace"):
        characters += [letter, ""] if letter > "\uffff" else [letter]
    return characters


def _box(page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage, index: int) -> LineBox:
    """The box of a character in fractions of the displayed page, which may be rotated and cropped."""
    left, bottom, right, top = text_page.get_charbox(index, loose=True)
    corners = [_displayed(page, x, y) for x, y in ((left, bottom), (right, top))]
    (x1, x2), (y1, y2) = (sorted(side) for side in zip(*corners, strict=True))
    return LineBox(x1, y1, x2, y2)


def _displayed(page: pypdfium2.PdfPage, x: float, y: float) -> tuple[float, float]:
    pixel_x, pixel_y = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page, 0, 0, _GRID, _GRID, 0, x, y, pixel_x, pixel_y)
    return pixel_x.value / _GRID, pixel_y.value / _GRID
