"""Joining the boxes of letters to boxes of lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ragapp.types import PageBox

SAME_LINE = 0.5
"""The overlap of two boxes on one line, as a share of the smaller height."""

MAX_DISTANCE = 3.0
"""The largest distance of neighbours on a line, in line heights; farther letters are in another column."""


@dataclass(frozen=True, slots=True)
class LineBox:
    """A box on the displayed page, in fractions of its width and height, from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def union(self, other: LineBox) -> LineBox:
        return LineBox(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def transposed(self) -> LineBox:
        """The box with x and y exchanged."""
        return LineBox(self.top, self.left, self.bottom, self.right)


@dataclass(frozen=True, slots=True)
class _Line:
    """Adjacent letters. `vertical` is None while there is only one letter."""

    box: LineBox
    vertical: bool | None = None

    def extended(self, letter: LineBox) -> _Line | None:
        """The line with that letter; None when the letter is elsewhere."""
        if not self.vertical and _follows(self.box, letter):
            return _Line(self.box.union(letter), vertical=False)
        if self.vertical is not False and _follows(self.box.transposed(), letter.transposed()):
            return _Line(self.box.union(letter), vertical=True)
        return None


def joined_lines(letters: Iterable[LineBox]) -> tuple[PageBox, ...]:
    """One box for each part of a line, in the order of the letters. Omits letters outside the page."""
    lines: list[_Line] = []
    for letter in filter(_is_visible, letters):
        longer = lines[-1].extended(letter) if lines else None
        lines[len(lines) - (longer is not None) :] = [longer or _Line(letter)]
    return tuple(_on_page(line.box) for line in lines)


def _is_visible(box: LineBox) -> bool:
    inside = box.left < 1 and box.right > 0 and box.top < 1 and box.bottom > 0
    return inside and box.right > box.left and box.bottom > box.top


def _follows(line: LineBox, letter: LineBox) -> bool:
    """Whether the letter continues that horizontal line."""
    height = min(line.bottom - line.top, letter.bottom - letter.top)
    overlap = min(line.bottom, letter.bottom) - max(line.top, letter.top)
    distance = max(letter.left - line.right, line.left - letter.right)
    return overlap >= SAME_LINE * height and distance <= MAX_DISTANCE * height


def _on_page(box: LineBox) -> PageBox:
    left, top = max(box.left, 0.0), max(box.top, 0.0)
    return PageBox(left, top, min(box.right, 1.0) - left, min(box.bottom, 1.0) - top)
