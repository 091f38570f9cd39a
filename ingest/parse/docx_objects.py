"""What paragraphs of Word documents show besides text: charts, SmartArt, embedded files, pictures."""

from __future__ import annotations

from docx.opc.part import Part
from docx.oxml.ns import qn
from lxml.etree import _Element

from ingest.parse.docx_runs import BOX, FALLBACK
from ingest.parse.embedded_pictures import PictureReader
from ingest.parse.mail_message import Parse
from ingest.parse.office_charts import write_chart
from ingest.parse.office_parts import RELATED, include_file, picture_description, smart_art_lines
from ingest.parse.zip_xml import xml_of
from ragapp.text.builder import TextBuilder

_PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/picture}pic"
_OLD_PICTURE = "{urn:schemas-microsoft-com:vml}imagedata"
_OBJECT = "{urn:schemas-microsoft-com:office:office}OLEObject"
_SMART_ART = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
_CHARTS = frozenset(
    {
        "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart",
        "{http://schemas.microsoft.com/office/drawing/2014/chartex}chart",
    }
)
_SHOWN = frozenset({qn("w:drawing"), qn("w:pict"), qn("w:object")})


class ObjectWriter:
    """Writes the objects of paragraphs. `parse` reads the files among them; else they are only noted."""

    def __init__(self, part: Part, name: str, out: TextBuilder, parse: Parse | None) -> None:
        self._part = part
        self._name = name
        self._out = out
        self._parse = parse
        self._pictures = PictureReader(out)
        self._count = 0

    def write(self, element: _Element) -> None:
        """Writes the objects in a paragraph or a table."""
        for shown in element.iter(*_SHOWN):
            if next(shown.iterancestors(FALLBACK, BOX), None) is None:
                self._object(shown)

    def insert(self, element: _Element) -> None:
        """Writes a document that is inserted as a file of its own."""
        self._file(element.get(f"{RELATED}id", ""), "an inserted document")

    def _object(self, shown: _Element) -> None:
        self._out.paragraph(picture_description(shown))
        is_file = False
        for inner in shown.iter():
            if inner.tag in _CHARTS:
                self._chart(inner.get(f"{RELATED}id", ""))
            elif inner.tag == _SMART_ART:
                self._smart_art(inner.get(f"{RELATED}dm", ""))
            elif inner.tag == _OBJECT:
                is_file = True
                self._file(inner.get(f"{RELATED}id", ""), "an embedded file")
        if not is_file:
            for picture in shown.iter(_PICTURE, _OLD_PICTURE):
                self._picture(picture)

    def _picture(self, picture: _Element) -> None:
        keys = (inner.get(f"{RELATED}embed") or inner.get(f"{RELATED}id") for inner in picture.iter())
        part = self._related(next(filter(None, keys), ""))
        if part is not None:
            self._count += 1
            self._pictures.read(part.blob, f"picture {self._count}")

    def _chart(self, key: str) -> None:
        if (part := self._related(key)) is not None:
            write_chart(xml_of(part.blob, self._name), self._out)

    def _smart_art(self, key: str) -> None:
        if (part := self._related(key)) is not None:
            for line in smart_art_lines(xml_of(part.blob, self._name)):
                self._out.item(line)

    def _file(self, key: str, what: str) -> None:
        part = self._related(key)
        file = (str(part.partname), part.blob) if part is not None else None
        include_file(self._out, self._parse, file, self._name, what)

    def _related(self, key: str) -> Part | None:
        relation = self._part.rels.get(key)
        return relation.target_part if relation is not None and not relation.is_external else None
