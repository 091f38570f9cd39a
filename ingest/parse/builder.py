"""Blocks of a document to one text: what every parser of a structured format ends with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ingest.parse.clean import clean
from ragapp.types import Heading, ParsedText, Table

CELL_BORDER = " | "
LOWEST_LEVEL = 6

_BLANKS = re.compile(r"[^\S\n]+")


class TextBuilder:
    """Takes blocks in reading order. Each is cleaned, and an empty one is left out.

    Blocks are divided by a blank line, the items of a list and the rows of a table by a line break.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._starts = [0]
        self._headings: list[Heading] = []
        self._tables: list[Table] = []
        self._gap = ""
        self._in_list = False

    def heading(self, level: int, title: str) -> None:
        """`level` 1 is the highest; lower ones than 6 count as 6."""
        line = one_line(title)
        if line:
            start, end = self._block(line)
            self._headings.append(Heading(max(1, min(level, LOWEST_LEVEL)), start, end))

    def paragraph(self, text: str) -> None:
        """Its line breaks stay; every other white space becomes one blank."""
        spaced = _BLANKS.sub(" ", clean(text).replace(PAGE_BREAK, "\n"))
        lines = without_line_edges(spaced)
        if lines:
            self._block(lines)

    def verbatim(self, text: str) -> None:
        """Text whose blanks mean something, such as a program."""
        kept = clean(text).replace(PAGE_BREAK, "\n").rstrip().lstrip("\n")
        if kept:
            self._block(kept)

    def item(self, text: str, marker: str = "-") -> None:
        line = one_line(text)
        if line:
            if self._in_list:
                self._gap = "\n"
            self._block(f"{marker} {line}")
            self._in_list = True

    def table(self, rows: Iterable[Sequence[str]], caption: str = "") -> None:
        """One line a row, `a | b`. The first row names the columns when there are more rows and columns.

        `caption` is only written into the table's head: hand it in as a paragraph too, where it stands.
        """
        lines = [line for row in rows if (line := _row(row))]
        if not lines:
            return
        start, end = self._block("\n".join(lines))
        named = len(lines) > 1 and CELL_BORDER in lines[0]
        head = CELL_BORDER.join(filter(None, (one_line(caption), lines[0] if named else "")))
        if head:
            self._tables.append(Table(start, end, head))

    def page(self) -> None:
        """A new page starts here."""
        self._append(PAGE_BREAK)
        self._starts.append(self._length)
        self._gap, self._in_list = "", False

    def include(self, parsed: ParsedText, below: int = 0) -> None:
        """Another parser's text, on this page, its headings `below` levels lower."""
        if not parsed.text.strip():
            return
        start, _ = self._block(parsed.text.replace(PAGE_BREAK, "\n"))
        self._headings += [
            Heading(min(h.level + below, LOWEST_LEVEL), h.start + start, h.end + start)
            for h in parsed.headings
        ]
        self._tables += [Table(t.start + start, t.end + start, t.head) for t in parsed.tables]

    def build(self, title: str | None = None, metadata: Mapping[str, str | None] | None = None) -> ParsedText:
        """The text of all blocks. Metadata without a value is left out."""
        known = {key: line for key, value in (metadata or {}).items() if (line := one_line(value or ""))}
        return ParsedText(
            "".join(self._parts),
            tuple(self._starts),
            tuple(self._headings),
            one_line(title or "") or None,
            known,
            tuple(self._tables),
        )

    def _block(self, text: str) -> tuple[int, int]:
        self._append(self._gap)
        start = self._length
        self._append(text)
        self._gap, self._in_list = "\n\n", False
        return start, self._length

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def without_line_edges(text: str) -> str:
    """Without the blanks at the edges of each line, and the white space at the edges of all."""
    return "\n".join(line.strip(" ") for line in text.split("\n")).strip()


def one_line(text: str) -> str:
    """Cleaned, with single blanks as its only white space."""
    return " ".join(clean(text).split())


def _row(cells: Sequence[str]) -> str:
    """Empty cells at the end say nothing; those in the middle hold a place."""
    lines = [one_line(cell) for cell in cells]
    while lines and not lines[-1]:
        lines.pop()
    return CELL_BORDER.join(lines)


PAGE_BREAK = "\f"


def page_starts(text: str) -> tuple[int, ...]:
    """The offset at which each page starts in a text with form feeds between its pages.

    What follows the last form feed is a page only if something stands on it.
    """
    end = len(text.rstrip())
    return (0, *(i + 1 for i, letter in enumerate(text[:end]) if letter == PAGE_BREAK))
