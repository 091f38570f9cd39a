"""The binary structure of Word documents of before 2007: the pieces of their text, and its properties.

The names of fields and the numbers are those of [MS-DOC], Microsoft's description of the format.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from ingest.parse.ole import OleStreams
from ragapp.errors import ParseError

_WORD = 0xA5EC
_WORD_97 = 0x00C1
_ENCRYPTED, _SECOND_TABLE = 0x0100, 0x0200
_FLAGS, _COUNTS, _CLX, _CHPX, _PAPX = 0x0A, 0x4C, 0x01A2, 0x00FA, 0x0102
_PAGE = 512
_COMPRESSED = 1 << 30

_STORIES = ("main", "footnotes", "headers", "macros", "comments", "endnotes", "text boxes", "header boxes")

_IN_TABLE, _ENDS_ROW, _LIST = 0x2416, 0x2417, 0x460B
_VANISH, _DELETED = 0x083C, 0x0800
_OPERANDS = (1, 1, 2, 4, 2, 2, 0, 3)
"""The bytes of the operand of a property, by the highest bits of its number; 0 where it says so itself."""
_LONG_OPERANDS = frozenset({0xD606, 0xD608})
"""Their operand begins with a length of two bytes."""


class ParagraphProperties(NamedTuple):
    """`style` is the number of the style: 1 to 9 are those of headings."""

    style: int = 0
    in_table: bool = False
    ends_row: bool = False
    in_list: bool = False


@dataclass(slots=True)
class DocText:
    """All letters of a document, and the span of each of its stories in them."""

    letters: str
    stories: Mapping[str, tuple[int, int]]
    _pieces: Sequence[tuple[int, int, int]] = ()
    """Of each piece: its first letter, its place in the file, and the bytes of a letter."""
    _paragraphs: list[tuple[int, ParagraphProperties]] = field(default_factory=list)
    _runs: list[tuple[int, bool]] = field(default_factory=list)

    def paragraph_spans(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The first letter of each paragraph and its end mark."""
        first = start
        for at in range(start, end):
            if self.letters[at] in "\r\x07":
                yield first, at
                first = at + 1
        if first < end - 1:
            yield first, end - 1

    def properties_at(self, at: int) -> ParagraphProperties:
        place = bisect_right(self._paragraphs, self._place(at), key=lambda one: one[0]) - 1
        return self._paragraphs[place][1] if place >= 0 else ParagraphProperties()

    def is_hidden(self, at: int) -> bool:
        """Whether a letter is hidden, or its deletion is noted."""
        place = bisect_right(self._runs, self._place(at), key=lambda one: one[0]) - 1
        return place >= 0 and self._runs[place][1]

    def changes_between(self, first: int, last: int) -> Iterator[int]:
        """The letters at which other properties may begin."""
        for number, (start, place, size) in enumerate(self._pieces):
            end = self._pieces[number + 1][0] if number + 1 < len(self._pieces) else len(self.letters)
            if start >= last or end <= first:
                continue
            if first < start:
                yield start
            low = bisect_right(self._runs, place + (max(first, start) - start) * size, key=lambda one: one[0])
            for run, _ in self._runs[low:]:
                at = start + (run - place) // size
                if at >= min(last, end):
                    break
                if at > first:
                    yield at

    def _place(self, at: int) -> int:
        """The place of a letter in the file."""
        start, place, size = self._pieces[bisect_right(self._pieces, at, key=lambda one: one[0]) - 1]
        return place + (at - start) * size


def read_doc(streams: OleStreams, name: str) -> DocText | None:
    """The text of a document; None if it is not of Word 97 or later.

    Raises ParseError if it is encrypted, and the errors that `opened_ole` translates.
    """
    main = streams.read("WordDocument")
    if len(main) < _CLX + 8 or _short(main, 0) != _WORD or _short(main, 2) < _WORD_97:
        return None
    flags = _short(main, _FLAGS)
    if flags & _ENCRYPTED:
        raise ParseError(
            f"{name} is encrypted: it needs a password. Save a copy without one and add that copy."
        )
    table = streams.read("1Table" if flags & _SECOND_TABLE else "0Table")
    letters, pieces = _pieces(main, table[_long(main, _CLX) :][: _long(main, _CLX + 4)])
    if not pieces:
        return None
    text = DocText(letters, _stories(main, len(letters)), pieces)
    for page in _pages(main, table, _PAPX):
        text._paragraphs += _paragraphs_of(page)
    for page in _pages(main, table, _CHPX):
        text._runs += _runs_of(page)
    text._paragraphs.sort(key=lambda one: one[0])
    text._runs.sort(key=lambda one: one[0])
    return text


def _stories(main: bytes, total: int) -> dict[str, tuple[int, int]]:
    found, start = dict[str, tuple[int, int]](), 0
    for number, story in enumerate(_STORIES):
        end = min(total, start + max(0, _long(main, _COUNTS + 4 * number)))
        found[story] = start, end
        start = end
    return found


def _pieces(main: bytes, clx: bytes) -> tuple[str, list[tuple[int, int, int]]]:
    """All letters, and of each piece: its first letter, its place in the file, the bytes of a letter."""
    at = 0
    while at + 3 <= len(clx) and clx[at] == 1:  # properties of pieces
        at += 3 + _short(clx, at + 1)
    if at + 5 > len(clx) or clx[at] != 2:
        return "", []
    plc = clx[at + 5 : at + 5 + _long(clx, at + 1)]
    count = (len(plc) - 4) // 12
    starts = struct.unpack_from(f"<{count + 1}L", plc)
    if any(start > end for start, end in pairwise(starts)) or starts[-1] > len(main):
        raise ValueError("the pieces of its text are out of order")
    letters, pieces = list[str](), list[tuple[int, int, int]]()
    for number in range(count):
        position = _long(plc, 4 * (count + 1) + 8 * number + 2)
        size = 1 if position & _COMPRESSED else 2
        place = (position & (_COMPRESSED - 1)) // (2 if size == 1 else 1)
        length = starts[number + 1] - starts[number]
        raw = main[place : place + length * size]
        written = raw.decode("cp1252" if size == 1 else "utf-16-le", errors="replace")
        pieces.append((starts[number], place, size))
        letters.append(written[:length].ljust(length, "\0"))
    return "".join(letters), pieces


def _pages(main: bytes, table: bytes, where: int) -> Iterator[bytes]:
    """The pages that have the properties of paragraphs, or of runs."""
    plc = table[_long(main, where) :][: _long(main, where + 4)]
    count = (len(plc) - 4) // 8
    for number in range(max(0, count)):
        page = _long(plc, 4 * (count + 1) + 4 * number) & 0x3FFFFF
        content = main[page * _PAGE : (page + 1) * _PAGE]
        if len(content) == _PAGE:
            yield content


def _paragraphs_of(page: bytes) -> Iterator[tuple[int, ParagraphProperties]]:
    count = page[-1]
    for number in range(count):
        offset = 2 * page[4 * (count + 1) + 13 * number] if 4 * (count + 1) + 13 * number < _PAGE else 0
        properties = ParagraphProperties()
        if offset and offset + 4 < _PAGE:
            size = page[offset]
            begin, length = (offset + 1, 2 * size - 1) if size else (offset + 2, 2 * page[offset + 1])
            properties = _paragraph(page[begin : begin + length])
        yield _long(page, 4 * number), properties


def _paragraph(content: bytes) -> ParagraphProperties:
    if len(content) < 2:
        return ParagraphProperties()
    found = dict(_changes(content[2:]))
    return ParagraphProperties(
        _short(content, 0),
        in_table=bool(found.get(_IN_TABLE)),
        ends_row=bool(found.get(_ENDS_ROW)),
        in_list=bool(found.get(_LIST)),
    )


def _runs_of(page: bytes) -> Iterator[tuple[int, bool]]:
    count = page[-1]
    for number in range(count):
        entry = 4 * (count + 1) + number
        offset = 2 * page[entry] if entry < _PAGE else 0
        found = dict(_changes(page[offset + 1 : offset + 1 + page[offset]])) if offset else {}
        yield _long(page, 4 * number), bool(found.get(_VANISH) or found.get(_DELETED))


def _changes(content: bytes) -> Iterator[tuple[int, int]]:
    """The properties that differ from the style's, and their values as far as they are numbers."""
    at = 0
    while at + 2 < len(content):
        kind = _short(content, at)
        at += 2
        size = _OPERANDS[kind >> 13]
        if kind in _LONG_OPERANDS:
            size = _short(content, at) + 1 if at + 2 <= len(content) else len(content)
        elif not size:
            size = content[at] + 1
        yield kind, int.from_bytes(content[at : at + min(size, 4)], "little")
        at += size


def _short(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "little")


def _long(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")
