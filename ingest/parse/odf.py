"""OpenDocument: text (ODT), spreadsheets (ODS) and presentations (ODP). Sheets and slides are pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import repeat
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from ingest.parse.embedded_pictures import PictureReader
from ingest.parse.odf_numbering import OdfNumbering
from ingest.parse.office_parts import HIDDEN_LEFT_OUT
from ingest.parse.rows import write_sheet
from ingest.parse.zip_xml import member, opened, outermost, xml_of
from ragapp.text.builder import COVERED, SourceCell, TextBuilder
from ragapp.types import ParsedText

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_SHOW = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_DC = "{http://purl.org/dc/elements/1.1/}"

_ROW = f"{_TABLE}table-row"
_UNREAD = frozenset({f"{_OFFICE}annotation", f"{_TEXT}tracked-changes", f"{_TEXT}note-citation"})
_OBJECT = f"{_DRAW}object"
_DRAWN = (f"{_DRAW}image", _OBJECT)
_PREVIEW = ".svm"
_REPLACEMENTS = "ObjectReplacements/"
_PLACEHOLDERS = frozenset({"page-number", "date-time", "footer", "header"})
_PARAGRAPHS = frozenset({f"{_TEXT}p", f"{_TEXT}h"})
_MOST_DIGITS = 10
_MOST_REPEATED = 1000
"""The most repetitions of a value. Spreadsheets repeat empty cells a million times to fill the sheet."""


def parse_odf(data: bytes, name: str, *, read_hidden: bool = True) -> ParsedText:
    """Parses headings, paragraphs, lists, tables, comments, and the texts of pictures.

    Hidden sheets and slides are marked, or with `read_hidden` False left out. Raises ParseError if the file
    is damaged or encrypted.
    """
    with opened(data, name) as archive:
        root = xml_of(member(archive, "content.xml", name), name)
        about = xml_of(member(archive, "meta.xml", name), name) if "meta.xml" in archive.namelist() else None
        has_styles = "styles.xml" in archive.namelist()
        styles = xml_of(member(archive, "styles.xml", name), name) if has_styles else root
        writer = _Writer(archive, root, styles, read_hidden=read_hidden)
        for body in root.iterfind(f"{_OFFICE}body/*"):
            writer.write_body(body)
    title, author = (
        (about.findtext(f".//{_DC}title"), about.findtext(f".//{_DC}creator"))
        if about is not None
        else (None, None)
    )
    return writer.out.build(title, {"author": author})


class _Writer:
    """Writes the parts of a document to `out`."""

    def __init__(self, archive: ZipFile, root: Element, styles: Element, *, read_hidden: bool) -> None:
        self.out = TextBuilder()
        self._archive = archive
        self._members = frozenset(archive.namelist())
        self._pictures = PictureReader(self.out)
        self._read_hidden = read_hidden
        self._numbering = OdfNumbering((styles, root))
        self._hidden = frozenset(_hidden_styles(root))

    def write_body(self, body: Element) -> None:
        if body.tag == f"{_OFFICE}spreadsheet":
            self._pages(body, f"{_TABLE}table", "sheet", self._sheet)
        elif body.tag == f"{_OFFICE}presentation":
            self._pages(body, f"{_DRAW}page", "slide", self._slide)
        else:
            self._write(body)
            self._comments(body)

    def _pages(self, body: Element, kind: str, called: str, write: Callable[[Element, str], None]) -> None:
        """Writes sheets or slides, each on a page."""
        first = True
        for number, page in enumerate(body.iterfind(kind), 1):
            is_hidden = (page.get(f"{_TABLE}style-name") or page.get(f"{_DRAW}style-name")) in self._hidden
            if is_hidden and not self._read_hidden:
                where = page.get(f"{_TABLE}name") or str(number)
                self.out.gap("hidden", f"{called} {where}", HIDDEN_LEFT_OUT)
                continue
            if not first:
                self.out.page()
            first = False
            write(page, f" (hidden {called})" if is_hidden else "")
            self._comments(page)

    def _sheet(self, sheet: Element, mark: str) -> None:
        self.out.heading(1, sheet.get(f"{_TABLE}name", "") + mark)
        write_sheet(_rows(sheet), self.out)
        self._all_drawn(sheet)

    def _slide(self, slide: Element, mark: str) -> None:
        for frame in slide:
            if frame.get(f"{_SHOW}class") == "title":
                self.out.heading(1, " ".join(_paragraphs(frame)) + mark)
            elif frame.tag == f"{_SHOW}notes":
                self.out.paragraph("\n".join(_paragraphs(frame)))
            elif frame.get(f"{_SHOW}class") not in _PLACEHOLDERS:
                self._write(frame)

    def _write(self, parent: Element) -> None:
        for element in parent:
            self._element(element)

    def _element(self, element: Element) -> None:
        if element.tag in _UNREAD:
            return
        if element.tag == f"{_TEXT}h":
            self._heading(element)
        elif element.tag == f"{_TEXT}p":
            self.out.paragraph(_text(element))
        elif element.tag == f"{_TEXT}list":
            self._list(element, element.get(f"{_TEXT}style-name", ""), 1)
        elif element.tag == f"{_TABLE}table":
            self.out.table(_rows(element))
        elif element.tag in _DRAWN:
            self._drawn(element)
        else:
            self._write(element)
        self._anchored(element)

    def _heading(self, element: Element) -> None:
        level = _number(element, f"{_TEXT}outline-level")
        label = self._numbering.heading(element, level)
        self.out.heading(level, f"{label} {_text(element)}".strip())

    def _list(self, element: Element, style: str, level: int) -> None:
        """Writes the items of a list, and of the lists in it. Headings may be items, too."""
        self._numbering.begin(element, style, level)
        for item in element:
            label = self._numbering.label(item, style, level) if item.tag == f"{_TEXT}list-item" else ""
            for inner in item:
                if inner.tag == f"{_TEXT}list":
                    self._list(inner, inner.get(f"{_TEXT}style-name", style), level + 1)
                elif inner.tag == f"{_TEXT}h":
                    text = f"{label} {_text(inner)}".strip()
                    self.out.heading(_number(inner, f"{_TEXT}outline-level"), text)
                    label = ""
                elif inner.tag == f"{_TEXT}p":
                    self.out.item(_text(inner), label or "-")
                    label = ""
                else:
                    self._element(inner)
                    continue
                self._anchored(inner)

    def _anchored(self, element: Element) -> None:
        """Writes the text boxes and pictures that are anchored to a paragraph."""
        for frame in _inner_frames(element):
            self._write(frame)
        if element.tag in _PARAGRAPHS:
            self._all_drawn(element)

    def _all_drawn(self, element: Element) -> None:
        for inner in element.iter():
            if inner.tag in _DRAWN:
                self._drawn(inner)

    def _drawn(self, element: Element) -> None:
        """Reads a picture, or notes a chart, formula or other object."""
        path = element.get(_HREF, "").removeprefix("./")
        if element.tag == _OBJECT:
            self.out.gap("part", "embedded objects", "Charts and other objects of OpenDocument are not read.")
        elif path in self._members and not path.endswith(_PREVIEW) and not path.startswith(_REPLACEMENTS):
            self._pictures.read(self._archive.read(path), f"picture {path.rpartition('/')[2]}")

    def _comments(self, part: Element) -> None:
        for comment in part.iter(f"{_OFFICE}annotation"):
            author = comment.findtext(f"{_DC}creator", "").strip()
            text = " ".join(_paragraphs(comment)).strip()
            if text:
                self.out.paragraph(f"Comment by {author}: {text}" if author else f"Comment: {text}")


def _hidden_styles(root: Element) -> Iterator[str]:
    """The names of the styles that hide sheets and slides."""
    for style in root.iter(f"{_STYLE}style"):
        for properties in style:
            hides = properties.get(f"{_TABLE}display") == "false"
            if hides or properties.get(f"{_SHOW}visibility") == "hidden":
                yield style.get(f"{_STYLE}name", "")


def _inner_frames(element: Element) -> Iterator[Element]:
    """The text boxes anchored to a paragraph. Notes with their contents are part of the paragraph."""
    if element.tag in _PARAGRAPHS:
        yield from outermost(
            element,
            lambda inner: inner.tag == f"{_DRAW}text-box",
            lambda inner: inner.tag == f"{_TEXT}note" or inner.tag in _UNREAD,
        )


def _paragraphs(element: Element) -> Iterator[str]:
    for paragraph in outermost(element, lambda inner: inner.tag in _PARAGRAPHS):
        yield _text(paragraph)
        for frame in _inner_frames(paragraph):
            yield from _paragraphs(frame)


def _text(element: Element) -> str:
    return "".join(_pieces(element))


def _pieces(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag == f"{_TEXT}s":
            yield " "
        elif child.tag == f"{_TEXT}tab":
            yield "\t"
        elif child.tag == f"{_TEXT}line-break":
            yield "\n"
        elif child.tag == f"{_TEXT}note":
            yield f" ({' '.join(_paragraphs(child))})"
        elif child.tag not in _UNREAD and child.tag != f"{_DRAW}frame":
            yield from _pieces(child)
        yield child.tail or ""


def _rows(table: Element) -> Iterator[list[SourceCell]]:
    for part in outermost(table, lambda inner: inner.tag in {_ROW, f"{_TABLE}table-header-rows"}):
        header = part.tag != _ROW
        for row in part.iterfind(_ROW) if header else (part,):
            cells: list[SourceCell] = []
            for cell in row:
                if cell.tag in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
                    cells += repeat(_cell(cell, header=header), _times(cell, "columns"))
            yield from repeat(cells, _times(row, "rows") if any(cell.text for cell in cells) else 1)


def _cell(element: Element, *, header: bool) -> SourceCell:
    if element.tag == f"{_TABLE}covered-table-cell":
        return COVERED
    text = " ".join(_paragraphs(element))
    rows, columns = (
        min(_number(element, f"{_TABLE}number-{what}-spanned"), _MOST_REPEATED)
        for what in ("rows", "columns")
    )
    return SourceCell(text, rows, columns, header=header)


def _times(element: Element, what: str) -> int:
    return min(_number(element, f"{_TABLE}number-{what}-repeated"), _MOST_REPEATED)


def _number(element: Element, attribute: str) -> int:
    """The value of the attribute, 1 if there is none or it is no number."""
    value = element.get(attribute, "1")
    return int(value) if value.isdecimal() and len(value) < _MOST_DIGITS else 1
