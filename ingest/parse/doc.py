"""Word documents of before 2007 (DOC): paragraphs, headings, tables, notes and comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from ingest.parse.doc_structure import DocText, read_doc
from ingest.parse.ole import opened_ole
from ingest.parse.zip_xml import damaged
from ragapp.text.builder import TextBuilder
from ragapp.types import ParsedText

_HIGHEST_HEADING = 9
_FIELD = re.compile(r"\x13[^\x13\x14\x15]*+(?:\x14([^\x13\x14\x15]*+))?\x15")
"""A field: its instruction, and the text that it shows."""
_OBJECTS = re.compile(r"[\x01\x08]")
_MARKS = str.maketrans({"\x0b": "\n", "\x0c": "\n", "\x1e": "-", "\x1f": None, "\x02": None, "\x05": None})
_MOST_NESTED_FIELDS = 10
_NUMBERS_LOST = (
    "The automatic numbers of lists are not in the text of documents of before 2007. Save it as DOCX, and "
    "add that file, if they matter."
)


def parse_doc(data: bytes, name: str) -> ParsedText:
    """Parses the text, then text boxes, footnotes, endnotes and comments, without deleted and hidden text and
    page headers.

    Raises ParseError if the file is damaged, encrypted or from before Word 97.
    """
    with opened_ole(data, name) as streams:
        text = read_doc(streams, name)
        title, author = streams.properties()
    if text is None:
        raise damaged(name, "it has no text of Word 97 or later")
    out = TextBuilder()
    writer = _Writer(text, out)
    for story in ("main", "text boxes", "footnotes", "endnotes"):
        writer.write(*text.stories[story])
    for comment in writer.paragraphs(*text.stories["comments"]):
        out.paragraph(f"Comment: {comment}")
    writer.gaps()
    return out.build(title, {"author": author})


class _Writer:
    def __init__(self, text: DocText, out: TextBuilder) -> None:
        self._text = text
        self._out = out
        self._numbered = False
        self._pictures = 0

    def write(self, start: int, end: int) -> None:
        """Writes the paragraphs and tables of a story. Cells end with a mark, and rows with another one."""
        rows: list[list[str]] = []
        cells: list[str] = []
        cell: list[str] = []
        for first, last in self._text.paragraph_spans(start, end):
            properties = self._text.properties_at(last)
            content = self._content(first, last)
            if properties.ends_row:
                rows.append(cells)
                cells, cell = [], []
            elif properties.in_table:
                cell.append(content.strip())
                if self._text.letters[last] == "\x07":
                    cells.append(" ".join(filter(None, cell)))
                    cell = []
            else:
                self._end_table(rows)
                rows = []
                self._paragraph(content, properties.style, is_item=properties.in_list)
        self._end_table(rows)

    def paragraphs(self, start: int, end: int) -> Iterator[str]:
        for first, last in self._text.paragraph_spans(start, end):
            if content := self._content(first, last).strip():
                yield content

    def gaps(self) -> None:
        if self._numbered:
            self._out.gap("uncertain", "lists", _NUMBERS_LOST)
        if self._pictures:
            counted = (
                "a picture or object" if self._pictures == 1 else f"{self._pictures} pictures or objects"
            )
            self._out.gap("picture", counted, "Pictures in Word documents of before 2007 are not read.")

    def _end_table(self, rows: list[list[str]]) -> None:
        if max(map(len, rows), default=0) == 1:  # a frame around text, not a table
            for row in rows:
                self._out.paragraph(row[0] if row else "")
        else:
            self._out.table(rows)

    def _paragraph(self, content: str, style: int, *, is_item: bool) -> None:
        if 1 <= style <= _HIGHEST_HEADING:
            self._out.heading(style, content)
            self._numbered = self._numbered or is_item
        elif is_item:
            self._out.item(content)
            self._numbered = True
        else:
            self._out.paragraph(content)

    def _content(self, first: int, last: int) -> str:
        """The visible text of a paragraph without its end."""
        content = "".join(
            self._text.letters[start:end]
            for start, end in pairwise(sorted({first, *self._text.changes_between(first, last), last}))
            if not self._text.is_hidden(start)
        )
        for _ in range(_MOST_NESTED_FIELDS):
            content, found = _FIELD.subn(lambda field: field[1] or "", content)
            if not found:
                break
        self._pictures += len(_OBJECTS.findall(content))
        return _OBJECTS.sub("", content).translate(_MARKS)
