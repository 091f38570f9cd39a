"""Word documents (DOCX)."""

from __future__ import annotations

import io
from collections.abc import Iterator

from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.exceptions import OpcError
from docx.opc.part import PartFactory
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.package import Package
from docx.parts.document import DocumentPart
from lxml.etree import LxmlError, _Element

from ingest.parse.docx_cells import cell_text, grid_rows, row_cells, table_rows
from ingest.parse.docx_numbering import Numbering
from ingest.parse.docx_objects import ObjectWriter
from ingest.parse.docx_runs import BOX, FALLBACK, RunReader
from ingest.parse.docx_styles import ParagraphStyles
from ingest.parse.mail_message import Parse
from ingest.parse.zip_xml import damaged, opened, other_kind
from ragapp.text.builder import TextBuilder
from ragapp.types import ParsedText

_INNER_BLOCKS = frozenset(
    qn(tag) for tag in ("w:sdt", "w:sdtContent", "w:ins", "w:moveTo", "w:customXml", "w:smartTag")
)
_LISTS = ("List Bullet", "List Number")

for _kind in (
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
    "application/vnd.ms-word.document.macroEnabled.main+xml",
    "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
):  # templates and documents with macros are read as documents are
    PartFactory.part_type_for[_kind] = DocumentPart


def parse_docx(data: bytes, name: str, *, parse: Parse | None = None) -> ParsedText:
    """Parses paragraphs, lists, tables, text boxes, charts, SmartArt and embedded files, and then footnotes,
    endnotes and comments, without deleted and hidden text and page headers.

    `parse` reads files inside the document. Raises ParseError if the file is damaged.
    """
    with opened(data, name):
        try:
            part = Package.open(io.BytesIO(data)).main_document_part
            if not isinstance(part, DocumentPart):
                raise other_kind(name, part.content_type)
            return _Reader(part.document, name, parse).read()
        except (OpcError, LxmlError, KeyError, ValueError) as error:
            raise damaged(name, error) from error


class _Reader:
    def __init__(self, document: WordDocument, name: str, parse: Parse | None) -> None:
        self._document = document
        self._out = TextBuilder()
        self._caption = ""
        self._styles = ParagraphStyles.of(document.styles.element)
        self._runs = RunReader(self._styles.hidden)
        self._numbering = Numbering.of(_numbering_part(document), document.styles.element)
        self._objects = ObjectWriter(document.part, name, self._out, parse)

    def read(self) -> ParsedText:
        self._blocks(self._document.element.body)
        for kind in ("footnote", "endnote"):
            for note in _notes(self._document, kind):
                mark = self._runs.marks.get((kind, note.get(qn("w:id"), "")))
                text = cell_text(note, self._text)
                self._out.paragraph(f"[{mark}] {text}" if mark and text else text)
        for comment in _notes(self._document, "comment"):
            author = comment.get(qn("w:author"), "").strip()
            text = cell_text(comment, self._text)
            if text:
                self._out.paragraph(f"Comment by {author}: {text}" if author else f"Comment: {text}")
        about = self._document.core_properties
        return self._out.build(about.title, {"author": about.author})

    def _blocks(self, parent: _Element) -> None:
        for element in parent:
            if element.tag == qn("w:p"):
                self._paragraph(element)
            elif element.tag == qn("w:tbl"):
                self._table(element)
            elif element.tag == qn("w:altChunk"):
                self._objects.insert(element)
            elif element.tag in _INNER_BLOCKS:
                self._blocks(element)

    def _paragraph(self, element: _Element) -> None:
        style = self._styles.id_of(element)
        named = self._styles.names.get(style, "")
        text = "" if style in self._styles.hidden else "".join(self._runs.texts(element))
        number = self._numbering.label(element, style)
        level = self._styles.level_of(element)
        if level:
            self._out.heading(level, f"{number} {text}" if number and text.strip() else text)
        elif number is not None or named.startswith(_LISTS):
            self._out.item(text, number or "-")
        else:
            self._out.paragraph(text)
        self._caption = text if named.lower() == "caption" else ""
        self._objects.write(element)
        for box in _boxes(element):
            self._blocks(box)

    def _table(self, table: _Element) -> None:
        rows = table_rows(table)
        cells = [list(row_cells(row)) for row in rows]
        if max(map(len, cells), default=0) == 1:  # a frame around text, not a table
            for row in cells:
                for cell in row:
                    self._blocks(cell)
        else:
            self._out.table(grid_rows(rows, cells, self._text), self._caption)
            self._objects.write(table)
            for box in _boxes(table):
                self._blocks(box)

    def _text(self, paragraph: _Element) -> str:
        """The text of a paragraph in a cell or a note, with its number."""
        style = self._styles.id_of(paragraph)
        text = "" if style in self._styles.hidden else "".join(self._runs.texts(paragraph))
        number = self._numbering.label(paragraph, style)
        return f"{number} {text}" if number else text


def _numbering_part(document: WordDocument) -> _Element | None:
    """The definitions of the document's lists, if it has any."""
    relations = document.part.rels.values()
    parts = (one.target_part for one in relations if not one.is_external and one.reltype == RT.NUMBERING)
    part = next(parts, None)
    return parse_xml(part.blob) if part is not None else None


def _boxes(element: _Element) -> Iterator[_Element]:
    """The text boxes of a paragraph, each once: Word writes each box a second time for old programs."""
    for box in element.iter(BOX):
        if next(box.iterancestors(FALLBACK), None) is None and next(box.iterancestors(BOX), None) is None:
            yield box


def _notes(document: WordDocument, kind: str) -> Iterator[_Element]:
    """The notes or comments, without the lines between text and notes."""
    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype.endswith(f"/{kind}s"):
            for note in parse_xml(relation.target_part.blob):
                if note.get(qn("w:type")) in {None, "normal"}:
                    yield note
