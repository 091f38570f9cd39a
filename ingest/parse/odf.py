"""OpenDocument: text (ODT), spreadsheets (ODS) and presentations (ODP). Sheets and slides are pages."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat
from xml.etree.ElementTree import Element

from ingest.parse.rows import write_sheet
from ingest.parse.zip_xml import member, opened, outermost, xml_of
from ragapp.text.builder import COVERED, SourceCell, TextBuilder
from ragapp.types import ParsedText

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_SHOW = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}"
_DC = "{http://purl.org/dc/elements/1.1/}"

_ROW = f"{_TABLE}table-row"
_UNREAD = frozenset({f"{_OFFICE}annotation", f"{_TEXT}tracked-changes", f"{_TEXT}note-citation"})
_PLACEHOLDERS = frozenset({"page-number", "date-time", "footer", "header"})
_PARAGRAPHS = frozenset({f"{_TEXT}p", f"{_TEXT}h"})
_MOST_DIGITS = 10
_MOST_REPEATED = 1000
"""The most repetitions of a value. Spreadsheets repeat empty cells a million times to fill the sheet."""


def parse_odf(data: bytes, name: str) -> ParsedText:
    """Parses headings, paragraphs, lists and tables.

    Raises ParseError if the file is damaged or encrypted.
    """
    with opened(data, name) as archive:
        root = xml_of(member(archive, "content.xml", name), name)
        about = xml_of(member(archive, "meta.xml", name), name) if "meta.xml" in archive.namelist() else None
    out = TextBuilder()
    for body in root.iterfind(f"{_OFFICE}body/*"):
        if body.tag == f"{_OFFICE}spreadsheet":
            _write_sheets(body, out)
        elif body.tag == f"{_OFFICE}presentation":
            _write_slides(body, out)
        else:
            _write(body, out)
    title, author = (
        (about.findtext(f".//{_DC}title"), about.findtext(f".//{_DC}creator"))
        if about is not None
        else (None, None)
    )
    return out.build(title, {"author": author})


def _write_sheets(body: Element, out: TextBuilder) -> None:
    for number, sheet in enumerate(body.iterfind(f"{_TABLE}table")):
        if number:
            out.page()
        out.heading(1, sheet.get(f"{_TABLE}name", ""))
        write_sheet(_rows(sheet), out)


def _write(parent: Element, out: TextBuilder, *, in_list: bool = False) -> None:
    for element in parent:
        if element.tag in _UNREAD:
            continue
        if element.tag == f"{_TEXT}h":
            out.heading(_number(element, f"{_TEXT}outline-level"), _text(element))
        elif element.tag == f"{_TEXT}p":
            (out.item if in_list else out.paragraph)(_text(element))
        elif element.tag == f"{_TABLE}table":
            out.table(_rows(element))
        else:
            _write(element, out, in_list=in_list or element.tag == f"{_TEXT}list-item")
        for frame in _inner_frames(element):
            _write(frame, out)


def _write_slides(body: Element, out: TextBuilder) -> None:
    for number, slide in enumerate(body.iterfind(f"{_DRAW}page")):
        if number:
            out.page()
        for frame in slide:
            if frame.get(f"{_SHOW}class") == "title":
                out.heading(1, " ".join(_paragraphs(frame)))
            elif frame.tag == f"{_SHOW}notes":
                out.paragraph("\n".join(_paragraphs(frame)))
            elif frame.get(f"{_SHOW}class") not in _PLACEHOLDERS:
                _write(frame, out)


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
