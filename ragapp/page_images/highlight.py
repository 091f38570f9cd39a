"""Marks cited words in a drawn page, as a highlighter does: what is printed stays readable."""

from __future__ import annotations

from collections.abc import Iterable

from PIL import Image, ImageChops, ImageDraw

from ragapp.types import PageBox

INK = (255, 224, 102)
EDGE = (214, 148, 0)
"""Seen where the ink is not: on dark paper."""


def marked(picture: Image.Image, boxes: Iterable[PageBox]) -> Image.Image:
    """`picture` is in RGB and stays as it is."""
    ink = Image.new("RGB", picture.size, "white")
    areas = [_pixels(box, picture.size) for box in boxes]
    painter = ImageDraw.Draw(ink)
    for area in areas:
        painter.rectangle(area, fill=INK)
    shown = ImageChops.multiply(picture, ink)
    painter = ImageDraw.Draw(shown)
    for left, _, right, bottom in areas:
        painter.line((left, bottom, right, bottom), fill=EDGE, width=2)
    return shown


def _pixels(box: PageBox, size: tuple[int, int]) -> tuple[int, int, int, int]:
    width, height = size
    return (
        round(box.left * width),
        round(box.top * height),
        round((box.left + box.width) * width),
        round((box.top + box.height) * height),
    )
