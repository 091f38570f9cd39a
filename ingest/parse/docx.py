"""Word documents (DOCX)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.exceptions import OpcError
from docx.opc.part import PartFactory
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.package import Package
from docx.parts.document import DocumentPart
from lxml.etree import LxmlError, _Element

from ingest.parse.docx_cells import grid_rows, paragraph_texts
from ingest.parse.docx_numbering import Numbering
from ingest.parse.docx_runs import BOX, FALLBACK, run_texts
from ingest.parse.zip_xml import damaged, opened, other_kind
from ragapp.text.builder import TextBuilder
from ragapp.types import ParsedText

_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_NOTES = re.compile(r"/(?:footnotes|endnotes)$")
_COMMENTS = re.compile(r"/comments$")

for _kind in (
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
    "application/vnd.ms-word.document.macroEnabled.main+xml",
    "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
):  # templates and documents with macros are read as documents are
    PartFactory.part_type_for[_kind] = DocumentPart


def parse_docx(data: bytes, name: str) -> ParsedText:
    """Parses paragraphs, lists, tables, text boxes, and then footnotes, endnotes and comments, without
    deleted and hidden text and page headers.

    Raises ParseError if the file is damaged.
    """
    with opened(data, name):
        try:
            part = Package.open(io.BytesIO(data)).main_document_part
            if not isinstance(part, DocumentPart):
                raise other_kind(name, part.content_type)
            return _Reader(part.document).read()
        except (OpcError, LxmlError, KeyError, ValueError) as error:
            raise damaged(name, error) from error


class _Reader:
    def __init__(self, document: WordDocument) -> None:
        self._document = document
        self._out = TextBuilder()
        self._caption = ""
        self._default_style = _default_style_id(document)
        self._styles = _style_names(document)
        self._numbering = Numbering.of(_numbering_part(document), document.styles.element)

    def read(self) -> ParsedText:
        self._blocks(self._document.element.body)
        for note in _notes(self._document, _NOTES):
            self._out.paragraph(note)
        for comment in _notes(self._document, _COMMENTS):
            self._out.paragraph(f"Comment: {comment}")
        about = self._document.core_properties
        return self._out.build(about.title, {"author": about.author})

    def _blocks(self, parent: _Element) -> None:
        for element in parent:
            if element.tag == qn("w:p"):
                self._paragraph(element)
            elif element.tag == qn("w:tbl"):
                self._table(element)
            elif element.tag in {qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml")}:
                self._blocks(element)

    def _paragraph(self, element: _Element) -> None:
        style = self._styles.get(_style_id(element), self._styles[""])
        text = "".join(run_texts(element))
        number = self._numbering.label(element, _style_id(element) or self._default_style)
        level = _level(element, style)
        if level:
            self._out.heading(level, f"{number} {text}" if number and text.strip() else text)
        elif number is not None or style.startswith("List"):
            self._out.item(text, number or "-")
        else:
            self._out.paragraph(text)
        self._caption = text if style == "Caption" else ""
        for box in _boxes(element):
            self._blocks(box)

    def _table(self, table: _Element) -> None:
        rows = [row for row in table.iter(qn("w:tr")) if next(row.iterancestors(qn("w:tbl"))) is table]
        cells = [list(_cells(row)) for row in rows]
        if max(map(len, cells), default=0) == 1:  # a frame around text, not a table
            for row in cells:
                self._blocks(row[0])
        else:
            self._out.table(grid_rows(rows, cells), self._caption)


def _style_names(document: WordDocument) -> dict[str, str]:
    """The names of paragraph styles by id; the default style has the empty id."""
    styles = [one for one in document.styles if one.type == WD_STYLE_TYPE.PARAGRAPH]
    default = document.styles.default(WD_STYLE_TYPE.PARAGRAPH)
    names = {one.style_id: one.name or "" for one in reversed(styles)}
    return {**names, "": (default.name or "") if default is not None else ""}


def _default_style_id(document: WordDocument) -> str:
    default = document.styles.default(WD_STYLE_TYPE.PARAGRAPH)
    return (default.style_id or "") if default is not None else ""


def _numbering_part(document: WordDocument) -> _Element | None:
    """The definitions of the document's lists, if it has any."""
    relations = document.part.rels.values()
    parts = (one.target_part for one in relations if not one.is_external and one.reltype == RT.NUMBERING)
    part = next(parts, None)
    return parse_xml(part.blob) if part is not None else None


def _style_id(paragraph: _Element) -> str:
    style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return style.get(qn("w:val"), "") if style is not None else ""


def _cells(row: _Element) -> Iterator[_Element]:
    for child in row:
        if child.tag == qn("w:tc"):
            yield child
        elif child.tag in {qn("w:sdt"), qn("w:sdtContent")}:
            yield from _cells(child)


def _boxes(paragraph: _Element) -> Iterator[_Element]:
    """The text boxes of a paragraph, each once: Word writes each box a second time for old programs."""
    for box in paragraph.iter(BOX):
        if next(box.iterancestors(FALLBACK), None) is None and next(box.iterancestors(BOX), None) is None:
            yield box


def _level(paragraph: _Element, style: str) -> int | None:
    named = _HEADING.match(style)
    if named or style == "Title":
        return int(named.group(1)) if named else 1
    outline = paragraph.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
    value = outline.get(qn("w:val"), "9") if outline is not None else "9"
    return int(value) + 1 if value.isdecimal() and int(value) < 9 else None


def _notes(document: WordDocument, kind: re.Pattern[str]) -> Iterator[str]:
    for relation in document.part.rels.values():
        if not relation.is_external and kind.search(relation.reltype):
            for note in parse_xml(relation.target_part.blob):
                if note.get(qn("w:type")) is None:  # others are the lines between text and notes
                    yield " ".join(paragraph_texts(note))
