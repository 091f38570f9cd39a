"""The protocol of OCR readers, and the size of the pictures that they read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PIL import Image

DPI = 200
"""The resolution at which pages are drawn: at 300 dpi, Tesseract is no better and takes twice the time."""

MAX_SIDE = 3400
"""Pixels along a drawn page's longer side: 17 inches at 200 dpi."""

MAX_PIXELS = 64_000_000
"""A page of 1 x 0.65 m at 200 dpi. Larger pictures are scaled down."""


def within_limits(picture: Image.Image) -> Image.Image:
    """The picture, scaled down to MAX_PIXELS if it is larger."""
    factor = (MAX_PIXELS / max(1, picture.width * picture.height)) ** 0.5
    if factor >= 1:
        return picture
    return picture.resize((int(picture.width * factor), int(picture.height * factor)))


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its box, in fractions of the picture from its upper left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


class OcrReader(Protocol):
    @property
    def name(self) -> str:
        """The name of the program, for messages."""

    def text(self, picture: Image.Image) -> tuple[str, float]:
        """The lines of text, with empty lines between paragraphs if the program tells them, and how sure it
        is of them, from 0 to 1. The text is empty when there is none. Raises OSError.
        """

    def words(self, picture: Image.Image) -> list[Word]:
        """The words in reading order. Raises OSError."""
