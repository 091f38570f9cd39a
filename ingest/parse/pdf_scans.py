"""Reads scanned pages of a PDF by OCR."""

from __future__ import annotations

import resource
import time
from collections.abc import Sequence
from contextlib import suppress

import pypdfium2
from PIL import Image

from ingest.parse.image import read_picture
from ingest.parse.pdf_lines import PdfLine
from ragapp import ocr
from ragapp.errors import ParseError

SECONDS = 240.0
"""Time limit for all scanned pages of a document, less than that for parsing."""


CPU_SHARE = 0.75
"""The share of the CPU time of a document that OCR may take."""


def read_scans(
    document: pypdfium2.PdfDocument, pages: Sequence[list[PdfLine]], name: str
) -> list[list[PdfLine]]:
    """Returns the pages, with those that have no text read by OCR.

    If other pages have text, a scan that cannot be read stays empty. Raises ParseError if all pages are scans
    and OCR is not installed, fails, or would take too long.
    """
    if any(pages):
        return _read_what_can_be(document, pages, name) if ocr.available() else list(pages)
    read: list[list[PdfLine]] = []
    deadline = time.monotonic() + SECONDS
    for number in range(len(pages)):
        if _is_late(deadline):
            raise ParseError(
                f"{name} is a scan of {len(pages)} pages, of which only {number} could be read within the "
                "time limit. Split it, or run OCR on it (`ocrmypdf IN OUT`) and add the result."
            )
        read.append(_read(document, number, name))
    return read


def _read_what_can_be(
    document: pypdfium2.PdfDocument, pages: Sequence[list[PdfLine]], name: str
) -> list[list[PdfLine]]:
    read: list[list[PdfLine]] = []
    deadline = time.monotonic() + SECONDS
    for number, lines in enumerate(pages):
        if not lines and not _is_late(deadline):
            with suppress(ParseError):
                read.append(_read(document, number, name))
                continue
        read.append(lines)
    return read


def _is_late(deadline: float) -> bool:
    """Whether the deadline has passed, or this process (which runs RapidOCR) has nearly used up
    its CPU time.
    """
    limit = resource.getrlimit(resource.RLIMIT_CPU)[0]
    return time.monotonic() > deadline or 0 < CPU_SHARE * limit < time.process_time()


def _read(document: pypdfium2.PdfDocument, number: int, name: str) -> list[PdfLine]:
    picture = _draw_page(document, number)
    if picture is None or _is_blank(picture):
        return []
    lines: list[PdfLine] = []
    above = False
    for line in read_picture(picture, name).split("\n"):
        if line.strip():
            lines.append(PdfLine.unplaced(line, above=above))
        above = not line.strip()
    return lines


def _draw_page(document: pypdfium2.PdfDocument, number: int) -> Image.Image | None:
    """The image of a page; None if the page is damaged."""
    try:
        page = document[number]
        scale = min(ocr.DPI / 72, ocr.MAX_SIDE / max(*page.get_size(), 1.0))
        bitmap = page.render(scale=scale, grayscale=True)
    except (pypdfium2.PdfiumError, ValueError):
        return None
    picture: Image.Image = bitmap.to_pil()
    return picture


def _is_blank(picture: Image.Image) -> bool:
    shades = picture.convert("L").resize((256, 256)).tobytes()
    return max(shades) - min(shades) < 16  # of 255
