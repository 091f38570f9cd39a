"""What reads pictures of text, whichever it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PIL import Image


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
