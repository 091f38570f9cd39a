"""Drawing pictures, finding the words on scans, and highlighting cited words."""

from __future__ import annotations

import io
from collections.abc import Iterable

from PIL import Image, ImageChops, ImageDraw, ImageOps, UnidentifiedImageError

from ragapp import ocr
from ragapp.errors import ParseError
from ragapp.page_images.alignment import find
from ragapp.page_images.line_boxes import LineBox, joined_lines
from ragapp.page_images.messages import DrawRequest
from ragapp.types import PageBox

WIDTH = 1240
"""Pixels across a page: 150 dpi on A4, which is sharp enough to read and half the bytes of 200 dpi."""

MAX_SIDE = 3000
"""Pixels along the longer side of pages with odd proportions."""

INK = (255, 224, 102)
EDGE = (214, 148, 0)
"""Visible on dark paper, where the ink is not."""


def draw_picture(data: bytes, name: str, request: DrawRequest) -> tuple[Image.Image, tuple[PageBox, ...]]:
    """The picture, or one frame of it, rotated upright, and the boxes of the words to highlight.

    Raises ParseError when it is damaged, LookupError when it has no such page.
    """
    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.seek(request.page - 1)
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except EOFError as error:
        raise LookupError(request.page) from error
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise ParseError(
            f"{name} cannot be drawn ({error}). It is damaged: open it in its own program and save a new "
            "copy."
        ) from error
    boxes = scanned_boxes(upright, request)
    upright.thumbnail((WIDTH, MAX_SIDE))
    return upright, boxes


def scanned_boxes(picture: Image.Image, request: DrawRequest) -> tuple[PageBox, ...]:
    """The boxes of the words to highlight, found by OCR. None when there is no OCR, or when it fails or takes
    too long, because the page is also useful without highlights."""
    reader = ocr.reader(request.reading_seconds)
    if reader is None or request.start >= request.end:
        return ()
    try:
        words = reader.words(picture)
    except OSError:
        return ()
    letters = [(letter, word) for word in words for letter in word.text]
    found = find(request.text, (request.start, request.end), [letter for letter, _ in letters])
    # Each letter gets the box of its word, so that joined lines consist of whole words.
    matched = dict.fromkeys(letters[position][1] for position in found)
    return joined_lines(LineBox(word.left, word.top, word.right, word.bottom) for word in matched)


def highlighted(picture: Image.Image, boxes: Iterable[PageBox]) -> Image.Image:
    """A copy of `picture`, which is in RGB, with the boxes highlighted; the text stays readable."""
    ink = Image.new("RGB", picture.size, "white")
    areas = [_pixels(box, picture.size) for box in boxes]
    painter = ImageDraw.Draw(ink)
    for area in areas:
        painter.rectangle(area, fill=INK)
    result = ImageChops.multiply(picture, ink)
    painter = ImageDraw.Draw(result)
    for left, _, right, bottom in areas:
        painter.line((left, bottom, right, bottom), fill=EDGE, width=2)
    return result


def _pixels(box: PageBox, size: tuple[int, int]) -> tuple[int, int, int, int]:
    width, height = size
    return (
        round(box.left * width),
        round(box.top * height),
        round((box.left + box.width) * width),
        round((box.top + box.height) * height),
    )
