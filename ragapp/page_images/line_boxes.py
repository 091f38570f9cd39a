"""Boxes of letters joined to boxes of lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ragapp.types import PageBox

SAME_LINE = 0.5
"""The part of the smaller one's thickness that two boxes on one line share."""

FARTHEST = 3.0
"""How far apart, in thicknesses of the line, two neighbours on it may be: beyond lies another column."""


@dataclass(frozen=True, slots=True)
class PixelBox:
    """In fractions of the page as shown, from its upper left."""

    left: float
    top: float
    right: float
    bottom: float

    def with_(self, other: PixelBox) -> PixelBox:
        return PixelBox(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def turned(self) -> PixelBox:
        """With across and down exchanged."""
        return PixelBox(self.top, self.left, self.bottom, self.right)


@dataclass(frozen=True, slots=True)
class _Line:
    """Letters beside each other; `turned` when they run up or down, None while there is only one."""

    box: PixelBox
    turned: bool | None = None

    def with_(self, letter: PixelBox) -> _Line | None:
        """None when the letter stands elsewhere."""
        if not self.turned and _follows(self.box, letter):
            return _Line(self.box.with_(letter), turned=False)
        if self.turned is not False and _follows(self.box.turned(), letter.turned()):
            return _Line(self.box.with_(letter), turned=True)
        return None


def joined_lines(letters: Iterable[PixelBox]) -> tuple[PageBox, ...]:
    """One box for each stretch of a line, in the order of the letters. What lies off the page is left out."""
    lines: list[_Line] = []
    for letter in filter(_is_seen, letters):
        longer = lines[-1].with_(letter) if lines else None
        lines[len(lines) - (longer is not None) :] = [longer or _Line(letter)]
    return tuple(_on_page(line.box) for line in lines)


def _is_seen(box: PixelBox) -> bool:
    inside = box.left < 1 and box.right > 0 and box.top < 1 and box.bottom > 0
    return inside and box.right > box.left and box.bottom > box.top


def _follows(line: PixelBox, letter: PixelBox) -> bool:
    """Whether the letter stands on that level line, beside what is there."""
    thickness = min(line.bottom - line.top, letter.bottom - letter.top)
    shared = min(line.bottom, letter.bottom) - max(line.top, letter.top)
    gap = max(letter.left - line.right, line.left - letter.right)
    return shared >= SAME_LINE * thickness and gap <= FARTHEST * thickness


def _on_page(box: PixelBox) -> PageBox:
    left, top = max(box.left, 0.0), max(box.top, 0.0)
    return PageBox(left, top, min(box.right, 1.0) - left, min(box.bottom, 1.0) - top)
