"""The lines of a PDF page, with their position and style."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.parse.pdf_prose_columns import in_reading_order, is_long, may_have_columns

Placed = tuple["PdfLine", int, int]
"""A line and its span in the text."""

SAME_LINE = 0.3
"""The largest distance, in line heights, between the baselines of pieces of one printed line."""

PARAGRAPH_GAP = 0.4
"""The extra gap above a paragraph, in line heights, compared with the usual line gap of the page."""

SAMPLED_LINES = 8
"""Lines of a page that are examined to find out whether it may have columns."""

_PIECE = re.compile(r"[^\r\n]+")
_WORD = re.compile(r"\S+")
_FIGURE_ENDS = re.compile(r"(?:\d[)%]{0,2}|[—–-]|\)) ?%?[ \r]*$", re.MULTILINE)

FEWEST_FIGURES = 3
"""A page with fewer lines that end with a number has no table of figures."""

LONGEST_LABEL = 120
"""The boxes of the words of longer lines are not needed, unless these end with a number."""
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


class WordBox(NamedTuple):
    """The box of a word: the left of its first letter, the right of its last one, and the vertical extent of
    each in points. The two differ in a word that goes on in the next line.
    """

    left: float
    bottom: float
    top: float
    right: float
    last_bottom: float
    last_top: float


NOWHERE = LetterBox(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class PdfLine:
    """A line. `first` and `last` are the boxes of its outer letters; `above` is True if it begins a
    paragraph. `words` are the boxes of its words; empty if they are unknown.
    """

    text: str
    first: LetterBox
    last: LetterBox
    bold: bool
    level: bool
    above: bool = False
    words: tuple[WordBox, ...] = ()
    drawn: bool = True
    """False for text that is in the file and not drawn, such as that behind the picture of a scan."""

    @classmethod
    def unplaced(cls, text: str, *, above: bool = False) -> PdfLine:
        """A line of which only the text is known."""
        return cls(text.strip(), NOWHERE, NOWHERE, bold=False, level=False, above=above)

    def cut(self, words: Sequence[WordBox], count: int) -> tuple[PdfLine, PdfLine]:
        """The first `count` words of the line and the others, as lines. `words` are the boxes of all."""
        texts, last, first = self.text.split(), words[count - 1], words[count]
        end = LetterBox(last.left, last.last_bottom, last.right, last.last_top)
        start = LetterBox(first.left, first.bottom, first.right, first.top)
        return (
            replace(self, text=" ".join(texts[:count]), last=end, words=()),
            replace(self, text=" ".join(texts[count:]), first=start, words=()),
        )

    @property
    def size(self) -> float:
        """The type size: the height of the letters with ascenders and descenders, in half points."""
        return round(2 * self.first.height) / 2


class _Piece(NamedTuple):
    """A part of a line, and the indexes of its outer letters."""

    line: PdfLine
    first: int
    last: int


def page_lines(page: pypdfium2.PdfTextPage, text: str) -> list[PdfLine]:
    """The lines of a page in the order of the file, except those of columns, which are put in the order of
    reading. `text` is all that the page says.

    pdfium begins a new line where a file places each word separately; these pieces are joined again.
    """
    letters = _Letters(page)
    found: list[list[_Piece]] = []
    for piece in _pieces(page, text, letters):
        if found and _continues(found[-1][-1].line, piece.line):
            found[-1].append(piece)
        else:
            found.append([piece])
    lines = [_joined([piece.line for piece in pieces]) for pieces in found]
    long = [pieces for pieces, line in zip(found, lines, strict=True) if is_long(line.text)]
    sample = long[:: max(1, len(long) // SAMPLED_LINES)] if 2 * len(long) > len(found) else []
    if may_have_columns([letters.boxes_of(pieces) for pieces in sample]):
        lines = in_reading_order(lines, [letters.boxes_of(pieces) for pieces in found])
    return _with_paragraphs(lines)


def _pieces(page: pypdfium2.PdfTextPage, text: str, letters: _Letters) -> Iterator[_Piece]:
    has_figures = len(_FIGURE_ENDS.findall(text)) >= FEWEST_FIGURES
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
        bold = letters.is_bold(first) and letters.is_bold(last)
        level = letters.is_level(first)
        listed = (
            has_figures and level and (len(words) <= LONGEST_LABEL or _FIGURE_ENDS.search(words) is not None)
        )
        boxes = letters.word_boxes(words, first, last) if listed else ()
        outer = letters.box(first), letters.box(last)
        drawn = letters.is_drawn(first) or letters.is_drawn(last)
        line = PdfLine(words, *outer, bold, level, words=boxes, drawn=drawn)
        yield _Piece(line, first, last)


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


class _Letters:
    """The boxes and fonts of the letters of a page. The structures that pdfium fills are used again."""

    def __init__(self, page: pypdfium2.PdfTextPage) -> None:
        self._page = page.raw
        self._box = pdfium.FS_RECTF()
        self._name = ctypes.create_string_buffer(_FONT_NAME_BYTES)
        self._flags = ctypes.c_int()
        self._bold: dict[bytes, bool] = {}

    def box(self, index: int) -> LetterBox:
        box = self._box
        if not pdfium.FPDFText_GetLooseCharBox(self._page, index, box):
            return NOWHERE
        return LetterBox(box.left, box.bottom, box.right, box.top)

    def word_boxes(self, line: str, first: int, last: int) -> tuple[WordBox, ...]:
        """The boxes of the words of a line whose outer letters have the indexes `first` and `last`; empty if
        pdfium counts its letters in another way.
        """
        if last - first != _units(line[:-1]):
            return ()
        box, find = self._box, pdfium.FPDFText_GetLooseCharBox
        boxes: list[WordBox] = []
        counted, index = 0, first
        for match in _WORD.finditer(line):
            index += _units(line[counted : match.start()])
            find(self._page, index, box)
            left, bottom, top = box.left, box.bottom, box.top
            counted = match.end() - 1
            index += _units(line[match.start() : counted])
            find(self._page, index, box)
            boxes.append(WordBox(left, bottom, top, box.right, box.bottom, box.top))
        return tuple(boxes)

    def boxes_of(self, pieces: Sequence[_Piece]) -> tuple[WordBox, ...]:
        """The boxes of all words of a line; empty if they are unknown."""
        boxes = [piece.line.words or self.word_boxes(piece.line.text, *piece[1:]) for piece in pieces]
        return tuple(box for some in boxes for box in some) if all(boxes) else ()

    def is_bold(self, index: int) -> bool:
        pdfium.FPDFText_GetFontInfo(self._page, index, self._name, _FONT_NAME_BYTES, self._flags)
        name = self._name.value
        if name not in self._bold:
            self._bold[name] = _BOLD.search(name.decode("utf-8", errors="replace")) is not None
        return self._bold[name] or bool(self._flags.value & _FORCED_BOLD)

    def is_drawn(self, index: int) -> bool:
        drawn_as = pdfium.FPDFTextObj_GetTextRenderMode(pdfium.FPDFText_GetTextObject(self._page, index))
        return bool(drawn_as != pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)

    def is_level(self, index: int) -> bool:
        """Whether it is printed horizontally. Rotated lines cannot be compared by position."""
        return abs(float(pdfium.FPDFText_GetCharAngle(self._page, index))) < 0.01  # radians


def _continues(line: PdfLine, piece: PdfLine) -> bool:
    height = max(line.last.height, piece.first.height)
    same = abs(line.last.bottom - piece.first.bottom) <= SAME_LINE * height
    return line.level and piece.level and same and piece.first.left >= line.last.right - height / 2


def _joined(pieces: Sequence[PdfLine]) -> PdfLine:
    first, last = pieces[0], pieces[-1]
    text = " ".join(piece.text for piece in pieces)
    known = all(piece.words for piece in pieces)
    words = tuple(word for piece in pieces for word in piece.words) if known else ()
    bold = all(piece.bold for piece in pieces)
    drawn = any(piece.drawn for piece in pieces)
    return PdfLine(text, first.first, last.last, bold, first.level, words=words, drawn=drawn)


def _with_paragraphs(lines: Sequence[PdfLine]) -> list[PdfLine]:
    gaps = [above.last.bottom - below.first.top for above, below in pairwise(lines)]
    downwards = [gap for gap in gaps if gap > -1]
    usual = median(downwards) if downwards else 0.0
    marked = list(lines[:1])
    for line, gap in zip(lines[1:], gaps, strict=True):
        apart = line.level and gap > usual + PARAGRAPH_GAP * line.first.height
        marked.append(replace(line, above=True) if apart else line)
    return marked
