"""Builds the text of a document from blocks. All parsers of structured formats use it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ragapp.text.clean import clean
from ragapp.text.table_text import CELL_BORDER, COVERED, SourceCell, one_line, table_text
from ragapp.text.table_titles import table_titles
from ragapp.types import GapKind, Heading, ParsedText, ReadingGap, Table, bounded_gaps

__all__ = [
    "CELL_BORDER",
    "COVERED",
    "PAGE_BREAK",
    "SourceCell",
    "TextBuilder",
    "one_line",
    "page_starts",
    "without_line_edges",
]

LOWEST_LEVEL = 6
DEEPEST_NAMED = 3
"""Files around a gap that its place names."""

_BLANKS = re.compile(r"[^\S\n]+")


class TextBuilder:
    """Collects blocks in reading order. Each block is cleaned; empty ones are left out.

    Blocks are separated by a blank line; items of a list and rows of a table by a line break.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._starts = [0]
        self._headings: list[Heading] = []
        self._tables: list[Table] = []
        self._gaps: list[ReadingGap] = []
        self._gap = ""
        self._in_list = False
        self._before: tuple[str, ...] = ()
        """The last paragraphs, at most two, without anything else between or after them."""

    def heading(self, level: int, title: str) -> None:
        """Adds a heading. `level` 1 is the highest; levels beyond 6 count as 6."""
        line = one_line(title)
        if line:
            start, end = self._block(line)
            self._headings.append(Heading(max(1, min(level, LOWEST_LEVEL)), start, end))

    def paragraph(self, text: str) -> None:
        """Adds a paragraph. Line breaks are preserved; other white space is collapsed to single spaces."""
        spaced = _BLANKS.sub(" ", clean(text).replace(PAGE_BREAK, "\n"))
        lines = without_line_edges(spaced)
        if lines:
            before = self._before
            self._block(lines)
            self._before = (*before[-1:], lines)

    def verbatim(self, text: str) -> None:
        """Adds text whose white space matters, such as source code."""
        tidy = clean(text).replace(PAGE_BREAK, "\n").rstrip().lstrip("\n")
        if tidy:
            self._block(tidy)

    def item(self, text: str, marker: str = "-") -> None:
        line = one_line(text)
        if line:
            if self._in_list:
                self._gap = "\n"
            self._block(f"{marker} {line}")
            self._in_list = True

    def table(
        self, rows: Iterable[Sequence[str | SourceCell]], caption: str = "", *, has_header: bool = True
    ) -> None:
        """Adds a table, one line per row: `a | b`, as `table_text` prints it.

        `caption` is only noted as the title of the table; add it as a paragraph before, too. `has_header` is
        False if its first row is known to be none that names columns.
        """
        printed = table_text(rows, self._length + len(self._gap))
        if not printed.text:
            return
        caption, introduction = table_titles(self._before, caption)
        start, end = self._block(printed.text)
        head = CELL_BORDER.join(filter(None, (caption, printed.head if has_header else "")))
        cells = printed.cells if printed.is_grid else ()
        if head or cells:
            self._tables.append(Table(start, end, head, cells, caption, introduction))

    def page(self) -> None:
        """Starts a new page."""
        self._append(PAGE_BREAK)
        self._starts.append(self._length)
        self._gap, self._in_list, self._before = "", False, ()

    def gap(self, what: GapKind, where: str, why: str) -> None:
        """Notes on this page that something was not read."""
        page = len(self._starts) if len(self._starts) > 1 else None
        self._gaps.append(ReadingGap(what, one_line(where), one_line(why), page))

    def include(self, parsed: ParsedText, below: int = 0, part: str = "") -> None:
        """Adds the text of another parser to this page, with its headings `below` levels lower.

        `part` is the name of that text, which its gaps are then said to be in.
        """
        for gap in parsed.gaps:
            deep = gap.where.count(" in ") >= DEEPEST_NAMED
            self.gap(gap.what, gap.where if deep or not part else f"{gap.where} in {part}", gap.why)
        if not parsed.text.strip():
            return
        start, _ = self._block(parsed.text.replace(PAGE_BREAK, "\n"))
        self._headings += [
            Heading(min(h.level + below, LOWEST_LEVEL), h.start + start, h.end + start)
            for h in parsed.headings
        ]
        self._tables += [table.moved(start) for table in parsed.tables]

    def build(self, title: str | None = None, metadata: Mapping[str, str | None] | None = None) -> ParsedText:
        """Returns the text of all blocks. Metadata without a value is left out."""
        known = {key: line for key, value in (metadata or {}).items() if (line := one_line(value or ""))}
        return ParsedText(
            "".join(self._parts),
            tuple(self._starts),
            tuple(self._headings),
            one_line(title or "") or None,
            known,
            tuple(self._tables),
            gaps=bounded_gaps(self._gaps),
        )

    def _block(self, text: str) -> tuple[int, int]:
        self._append(self._gap)
        start = self._length
        self._append(text)
        self._gap, self._in_list, self._before = "\n\n", False, ()
        return start, self._length

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def without_line_edges(text: str) -> str:
    """Strips spaces from each line, and white space from the whole text."""
    return "\n".join(line.strip(" ") for line in text.split("\n")).strip()


PAGE_BREAK = "\f"


def page_starts(text: str) -> tuple[int, ...]:
    """The offset at which each page starts in a text with form feeds between its pages.

    The text after the last form feed is a page only if it is not empty.
    """
    end = len(text.rstrip())
    return (0, *(i + 1 for i, letter in enumerate(text[:end]) if letter == PAGE_BREAK))
