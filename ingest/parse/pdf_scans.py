"""Reads by OCR the pages of a PDF whose text layer lacks what they show."""

from __future__ import annotations

import resource
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from ingest.parse.image import LOW_CONFIDENCE, Recognized, read_picture
from ingest.parse.pdf_lines import PdfLine
from ragapp import ocr
from ragapp.errors import ParseError
from ragapp.types import GapKind, ReadingGap, page_gap

SECONDS = 240.0
"""Time limit for all scanned pages of a document, less than that for parsing."""

CPU_SHARE = 0.75
"""The share of the CPU time of a document that OCR may take."""

MOST_LETTERS = 150
"""Visible characters of a page that may be the header, stamp or number of a scan."""
PICTURE_SHARE = 0.6
"""The share of the page that a scan covers at least."""
PAPER = 200
"""The shade, of 255, of most of a page of paper. Photographs are darker."""
MORE_WORDS = 2
"""A scan has this many times more words than the text layer, in which only a header or stamp stands."""

_WHY: Final[Mapping[GapKind, str]] = {
    "picture": "The page is a picture",
    "letters": "The fonts of the page do not say which letters they show",
}


@dataclass(frozen=True, slots=True)
class PdfPage:
    """The lines of a page. `unread` is what they lack: a `picture` of text, the meaning of their `letters`,
    or everything, because the page is a damaged `part`. `hides`: text that nobody sees was left out.
    """

    lines: Sequence[PdfLine]
    unread: GapKind | None = None
    hides: bool = False


def visible_lines(page: pypdfium2.PdfPage, lines: Sequence[PdfLine]) -> Sequence[PdfLine]:
    """The lines without those outside of the page, and without undrawn ones among others that are drawn.

    The text layer of a scan is not drawn either, and is kept.
    """
    left, bottom, right, top = page.get_bbox()
    inside = [
        line
        for line in lines
        if (line.first.left < right and left < line.last.right)
        and (line.first.bottom < top and bottom < line.first.top)
    ]
    drawn = [line for line in inside if line.drawn]
    if 0 < len(drawn) < len(inside) and not _has_large_picture(page):
        return drawn
    return inside or lines


def is_scan(page: pypdfium2.PdfPage, lines: Sequence[PdfLine]) -> bool:
    """Whether the page shows more than its few lines say: it is a picture of paper, or has no text at all."""
    if not lines:
        return not _is_blank(_small(page))
    letters = sum(len(line.text) - line.text.count(" ") for line in lines)
    return letters <= MOST_LETTERS and _has_large_picture(page) and _is_paper(_small(page))


def read_scans(
    document: pypdfium2.PdfDocument, pages: Sequence[PdfPage], name: str
) -> tuple[list[Sequence[PdfLine]], list[ReadingGap]]:
    """The lines of all pages, with those that have something unread read by OCR, and what is still not read.

    Raises ParseError if no page can be read, and the reason is that OCR is not installed, fails, or takes too
    long, or that fonts do not say which letters they show.
    """
    read: list[Sequence[PdfLine]] = [page.lines for page in pages]
    missing: dict[tuple[GapKind, str], list[int]] = defaultdict(list)
    deadline = time.monotonic() + SECONDS
    for number, page in enumerate(pages):
        if page.hides:
            missing["hidden", "Text that the page does not show was left out."].append(number + 1)
        if page.unread == "part":
            missing["part", "The page is damaged."].append(number + 1)
        elif page.unread:
            try:
                found = _recognized(document, number, name, deadline)
            except ParseError as error:
                found = Recognized("", 0.0)
                missing[page.unread, f"{_WHY[page.unread]}. {error}"].append(number + 1)
            read[number] = _better(page, found)
            if found.text and found.confidence < LOW_CONFIDENCE and read[number] is not page.lines:
                missing["uncertain", found.doubt].append(number + 1)
    if not any(read):
        _refuse(missing, name)
    return read, [page_gap(what, numbers, why) for (what, why), numbers in missing.items()]


def _recognized(document: pypdfium2.PdfDocument, number: int, name: str, deadline: float) -> Recognized:
    """The text of a page by OCR. Raises ParseError if OCR is not installed, fails, or has no time left."""
    if not ocr.available():
        raise ParseError(f"To have its text read, {ocr.HOW_TO_GET}; then add {name} again.")
    if _is_late(deadline):
        raise ParseError(
            f"The time for reading the scans of {name} was used up by the pages before. Split it into parts."
        )
    picture = _draw_page(document, number)
    return Recognized("", 1.0) if picture is None or _is_blank(picture) else read_picture(picture, name)


def _better(page: PdfPage, found: Recognized) -> Sequence[PdfLine]:
    """The lines that OCR found, unless the page's own lines have most of their words."""
    if page.unread == "picture" and len(found.text.split()) < MORE_WORDS * _words(page.lines):
        return page.lines
    lines: list[PdfLine] = []
    above = False
    for line in found.text.split("\n"):
        if line.strip():
            lines.append(PdfLine.unplaced(line, above=above))
        above = not line.strip()
    return lines


def _words(lines: Iterable[PdfLine]) -> int:
    return sum(len(line.text.split()) for line in lines)


def _refuse(missing: Mapping[tuple[GapKind, str], Sequence[int]], name: str) -> None:
    """Raises ParseError with the reason why most pages could not be read, if one is known."""
    if missing:
        (_, why), _ = max(missing.items(), key=lambda item: len(item[1]))
        raise ParseError(f"No page of {name} could be read. {why}")


def _is_late(deadline: float) -> bool:
    """Whether the deadline has passed, or this process (which runs RapidOCR) has nearly used up
    its CPU time.
    """
    limit = resource.getrlimit(resource.RLIMIT_CPU)[0]
    return time.monotonic() > deadline or 0 < CPU_SHARE * limit < time.process_time()


def _has_large_picture(page: pypdfium2.PdfPage) -> bool:
    width, height = page.get_size()
    covered = 0.0
    for found in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE]):
        left, bottom, right, top = found.get_bounds()
        covered += max(0.0, min(right, width) - max(left, 0)) * max(0.0, min(top, height) - max(bottom, 0))
    return covered >= PICTURE_SHARE * float(width * height)


def _small(page: pypdfium2.PdfPage) -> Image.Image:
    """The page as a thumbnail, in which each letter still leaves a trace."""
    try:
        bitmap = page.render(scale=min(1.0, 300 / max(*page.get_size(), 1.0)), grayscale=True)
    except (pypdfium2.PdfiumError, ValueError):
        return Image.new("L", (1, 1), "white")
    picture: Image.Image = bitmap.to_pil()
    return picture


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


def _is_paper(picture: Image.Image) -> bool:
    shades = sorted(picture.convert("L").tobytes())
    return shades[len(shades) // 2] >= PAPER
