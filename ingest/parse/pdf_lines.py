"""The lines of a PDF page, with their position and style."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import pypdfium2
import pypdfium2.raw as pdfium

Placed = tuple["PdfLine", int, int]
"""A line and its span in the text."""

SAME_LINE = 0.3
"""The largest distance, in line heights, between the baselines of pieces of one printed line."""

PARAGRAPH_GAP = 0.4
"""The extra gap above a paragraph, in line heights, compared with the usual line gap of the page."""

_PIECE = re.compile(r"[^\r\n]+")
_BOLD = re.compile(r"bold|black|heavy|semibd", re.IGNORECASE)
_FORCED_BOLD = 1 << 18
_FONT_NAME_BYTES = 128


@dataclass(frozen=True, slots=True)
class LetterBox:
    """The box of a letter in points. The origin is the lower left corner of the page."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def height(self) -> float:
        return self.top - self.bottom


NOWHERE = LetterBox(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class PdfLine:
    """A line. `first` and `last` are the boxes of its outer letters; `above` is True if it begins a
    paragraph.
    """

    text: str
    first: LetterBox
    last: LetterBox
    bold: bool
    level: bool
    above: bool = False

    @classmethod
    def unplaced(cls, text: str, *, above: bool = False) -> PdfLine:
        """A line of which only the text is known."""
        return cls(text.strip(), NOWHERE, NOWHERE, bold=False, level=False, above=above)

    @property
    def size(self) -> float:
        """The type size: the height of the letters with ascenders and descenders, in half points."""
        return round(2 * self.first.height) / 2


def page_lines(page: pypdfium2.PdfTextPage) -> list[PdfLine]:
    """The lines of a page in the order of the file.

    pdfium begins a new line where a file places each word separately; these pieces are joined again.
    """
    lines: list[list[PdfLine]] = []
    for piece in _pieces(page):
        if lines and _continues(lines[-1][-1], piece):
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return _with_paragraphs([_joined(pieces) for pieces in lines])


def _pieces(page: pypdfium2.PdfTextPage) -> Iterator[PdfLine]:
    text: str = page.get_text_range()
    counted = units = 0  # pdfium counts UTF-16 units
    for match in _PIECE.finditer(text):
        words = match.group().strip()
        if not words:
            continue
        start = match.start() + match.group().index(words)
        units += _units(text[counted:start])
        counted = start + len(words) - 1
        ends = units, units + _units(text[start:counted])
        units = ends[1]
        first, last = (max(0, pdfium.FPDFText_GetCharIndexFromTextIndex(page, end)) for end in ends)
        bold = _is_bold(page, first) and _is_bold(page, last)
        yield PdfLine(words, _box(page, first), _box(page, last), bold, _is_level(page, first))


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _box(page: pypdfium2.PdfTextPage, index: int) -> LetterBox:
    left, bottom, right, top = page.get_charbox(index, loose=True)
    return LetterBox(left, bottom, right, top)


def _is_bold(page: pypdfium2.PdfTextPage, index: int) -> bool:
    name, flags = ctypes.create_string_buffer(_FONT_NAME_BYTES), ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(page, index, name, _FONT_NAME_BYTES, flags)
    named = _BOLD.search(name.value.decode("utf-8", errors="replace"))
    return named is not None or bool(flags.value & _FORCED_BOLD)


def _is_level(page: pypdfium2.PdfTextPage, index: int) -> bool:
    """Whether it is printed horizontally. Rotated lines cannot be compared by position."""
    return abs(float(pdfium.FPDFText_GetCharAngle(page, index))) < 0.01  # radians


def _continues(line: PdfLine, piece: PdfLine) -> bool:
    height = max(line.last.height, piece.first.height)
    same = abs(line.last.bottom - piece.first.bottom) <= SAME_LINE * height
    return line.level and piece.level and same and piece.first.left >= line.last.right - height / 2


def _joined(pieces: Sequence[PdfLine]) -> PdfLine:
    first, last = pieces[0], pieces[-1]
    text = " ".join(piece.text for piece in pieces)
    return PdfLine(text, first.first, last.last, all(piece.bold for piece in pieces), first.level)


def _with_paragraphs(lines: Sequence[PdfLine]) -> list[PdfLine]:
    gaps = [above.last.bottom - below.first.top for above, below in pairwise(lines)]
    downwards = [gap for gap in gaps if gap > -1]
    usual = median(downwards) if downwards else 0.0
    marked = list(lines[:1])
    for line, gap in zip(lines[1:], gaps, strict=True):
        apart = line.level and gap > usual + PARAGRAPH_GAP * line.first.height
        marked.append(replace(line, above=apart))
    return marked
