"""Presentations (PPTX): a slide is a page."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

from lxml.etree import LxmlError
from pptx.exc import PythonPptxError
from pptx.opc.package import Part, PartFactory
from pptx.package import Package
from pptx.parts.presentation import PresentationPart
from pptx.shapes.base import BaseShape
from pptx.shapes.graphfrm import GraphicFrame
from pptx.shapes.group import GroupShape
from pptx.shapes.picture import Picture
from pptx.slide import Slide
from pptx.table import Table

from ingest.parse.docx_runs import FALLBACK
from ingest.parse.embedded_pictures import PictureReader
from ingest.parse.mail_message import Parse
from ingest.parse.office_charts import write_chart
from ingest.parse.office_parts import HIDDEN_LEFT_OUT, include_file, picture_description, smart_art_lines
from ingest.parse.pptx_comments import SlideComments
from ingest.parse.pptx_text import SlideParagraph, slide_paragraphs, write_paragraphs
from ingest.parse.zip_xml import damaged, opened, other_kind, xml_of
from ragapp.text.builder import COVERED, SourceCell, TextBuilder
from ragapp.types import ParsedText

for _kind in (
    "application/vnd.openxmlformats-officedocument.presentationml.template.main+xml",
    "application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml",
    "application/vnd.ms-powerpoint.template.macroEnabled.main+xml",
    "application/vnd.ms-powerpoint.slideshow.macroEnabled.main+xml",
):  # templates and shows are read as presentations are
    PartFactory.part_type_for[_kind] = PresentationPart

_RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_SHAPES = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Choice"
_CHARTS = frozenset(
    {
        "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart",
        "{http://schemas.microsoft.com/office/drawing/2014/chartex}chart",
    }
)
_MEDIA = frozenset({"audio", "video", "media"})
_OFF = frozenset({"0", "false"})


def parse_pptx(data: bytes, name: str, *, parse: Parse | None = None, read_hidden: bool = True) -> ParsedText:
    """Parses each slide: its title as a heading, text, tables, the data of charts, SmartArt and embedded
    files, then its notes and comments.

    `parse` reads files inside the presentation. Hidden slides are marked, or left out if `read_hidden` is
    off. Raises ParseError if the file is damaged.
    """
    with opened(data, name):
        try:
            part = Package.open(io.BytesIO(data)).main_document_part
            if not isinstance(part, PresentationPart):
                raise other_kind(name, part.content_type)
            presentation = part.presentation
            out = TextBuilder()
            comments = SlideComments(part, name)
            pictures = PictureReader(out)
            for number, slide in enumerate(presentation.slides, 1):
                if number > 1:
                    out.page()
                is_hidden = slide.element.get("show") in _OFF
                if is_hidden and not read_hidden:
                    out.gap("hidden", f"slide {number}", HIDDEN_LEFT_OUT)
                else:
                    writer = _SlideWriter(slide, number, name, out, pictures=pictures, parse=parse)
                    writer.write(is_hidden=is_hidden)
                    for comment in comments.of(slide):
                        out.paragraph(comment)
            about = presentation.core_properties
            return out.build(about.title, {"author": about.author})
        except (PythonPptxError, LxmlError, KeyError, ValueError) as error:
            raise damaged(name, error) from error


class _SlideWriter:
    def __init__(
        self,
        slide: Slide,
        number: int,
        name: str,
        out: TextBuilder,
        *,
        pictures: PictureReader,
        parse: Parse | None,
    ) -> None:
        self._slide = slide
        self._place = f"slide {number}"
        self._name = name
        self._out = out
        self._parse = parse
        self._pictures = pictures

    def write(self, *, is_hidden: bool) -> None:
        title = self._slide.shapes.title
        named = " ".join(text for text, _ in slide_paragraphs(title.element)) if title is not None else ""
        if is_hidden:
            named = f"{named} (hidden slide)".strip()
        self._out.heading(1, named)
        for shape in _in_reading_order(self._slide.shapes):
            if title is None or shape.shape_id != title.shape_id:
                self._shape(shape)
        for choice in self._slide.element.iter(_CHOICE):  # shapes that old programs show in another way
            for body in choice.iter(f"{_SHAPES}txBody"):
                write_paragraphs(slide_paragraphs(body), self._out)
            self._drawn(choice)
        if self._slide.has_notes_slide and self._slide.notes_slide.notes_text_frame is not None:
            self._out.paragraph(self._slide.notes_slide.notes_text_frame.text)
        self._gaps()

    def _shape(self, shape: BaseShape) -> None:
        if isinstance(shape, GraphicFrame) and shape.has_table:
            self._out.table(_rows(shape.table))
        elif isinstance(shape, GraphicFrame):
            self._drawn(shape.element)
        elif shape.has_text_frame:
            write_paragraphs(slide_paragraphs(shape.element), self._out)
        if isinstance(shape, Picture):
            self._out.paragraph(picture_description(shape.element))
            keys = (inner.get(f"{_RELATED}embed") for inner in shape.element.iter())
            part = self._related(next(filter(None, keys), ""))
            if part is not None:
                self._pictures.read(part.blob, f"picture on {self._place}")

    def _drawn(self, element: Any) -> None:
        """Writes the charts, SmartArt and files that an element of a slide refers to."""
        for inner in element.iter():
            if inner.tag in _CHARTS and (part := self._related(inner.get(f"{_RELATED}id", ""))) is not None:
                write_chart(xml_of(part.blob, self._name), self._out)
            elif inner.tag == f"{_DIAGRAM}relIds":
                if (part := self._related(inner.get(f"{_RELATED}dm", ""))) is not None:
                    lines = smart_art_lines(xml_of(part.blob, self._name))
                    write_paragraphs(list(map(SlideParagraph, lines)), self._out)
            elif inner.tag == f"{_SHAPES}oleObj" and next(inner.iterancestors(FALLBACK), None) is None:
                part = self._related(inner.get(f"{_RELATED}id", ""))
                file = (str(part.partname), part.blob) if part is not None else None
                what = f"an embedded file on {self._place}"
                include_file(self._out, self._parse, file, self._name, what)

    def _related(self, key: str) -> Part | None:
        relation = self._slide.part.rels.get(key)
        return relation.target_part if relation is not None and not relation.is_external else None

    def _gaps(self) -> None:
        if any(one.reltype.rpartition("/")[2] in _MEDIA for one in self._slide.part.rels.values()):
            self._out.gap(
                "attachment", f"sound or video on {self._place}", "It is not transcribed in a presentation."
            )


def _in_reading_order(shapes: Iterable[BaseShape]) -> Iterator[BaseShape]:
    """The shapes in the order of the slide, which is also the order for screen readers."""
    for shape in shapes:
        if isinstance(shape, GroupShape):
            yield from _in_reading_order(shape.shapes)
        else:
            yield shape


def _rows(table: Table) -> Iterator[list[SourceCell]]:
    """The cells of each row, with the rows and columns that merged cells cover."""
    width = len(table.columns)
    for number, row in enumerate(table.rows):
        yield [
            COVERED
            if cell.is_spanned
            else SourceCell(
                " ".join(f"{number} {text}".strip() for text, number in slide_paragraphs(cell._tc)),
                cell.span_height,
                min(cell.span_width, width - column),
                header=bool((table.first_row and number == 0) or (table.first_col and column == 0)),
                indent=cell.text_frame.paragraphs[0].level,
            )
            for column, cell in enumerate(row.cells)
        ]
