"""How large pictures are when they are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PIL import Image

DPI = 200
"""Dots an inch at which pages are drawn: at 300 Tesseract is no better and takes twice the time."""

LONGEST = 3400
"""Dots along a drawn page's longer side: 17 inches at 200 an inch."""

MAX_PIXELS = 64_000_000
"""A page of 1 x 0.65 m at 200 dots an inch. Larger pictures are made smaller."""


def within_limits(picture: Image.Image) -> Image.Image:
    shrink = (MAX_PIXELS / max(1, picture.width * picture.height)) ** 0.5
    if shrink >= 1:
        return picture
    return picture.resize((int(picture.width * shrink), int(picture.height * shrink)))


@dataclass(frozen=True, slots=True)
class Word:
    """Where it stands: in fractions of the picture, from its upper left."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


class Reader(Protocol):
    @property
    def name(self) -> str:
        """For messages."""

    def text(self, picture: Image.Image) -> str:
        """Its lines as they stand; empty when it shows none. Raises OSError."""

    def words(self, picture: Image.Image) -> list[Word]:
        """In reading order. Raises OSError."""
