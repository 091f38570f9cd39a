"""Presentations (PPTX): a slide is a page."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from lxml.etree import LxmlError
from pptx.chart.chart import Chart
from pptx.exc import PythonPptxError
from pptx.opc.package import PartFactory
from pptx.oxml import parse_xml
from pptx.package import Package
from pptx.parts.presentation import PresentationPart
from pptx.shapes.base import BaseShape
from pptx.shapes.graphfrm import GraphicFrame
from pptx.shapes.group import GroupShape
from pptx.slide import Slide
from pptx.table import Table
from pptx.text.text import TextFrame

from ingest.parse.zip_xml import damaged, opened, other_kind
from ragapp.text.builder import COVERED, SourceCell, TextBuilder
from ragapp.types import ParsedText

for _kind in (
    "application/vnd.openxmlformats-officedocument.presentationml.template.main+xml",
    "application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml",
    "application/vnd.ms-powerpoint.template.macroEnabled.main+xml",
    "application/vnd.ms-powerpoint.slideshow.macroEnabled.main+xml",
):  # templates and shows are read as presentations are
    PartFactory.part_type_for[_kind] = PresentationPart

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_SHAPES = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Choice"


def parse_pptx(data: bytes, name: str) -> ParsedText:
    """Parses each slide: its title as a heading, text, tables and the data of charts, and finally its notes.

    Raises ParseError if the file is damaged.
    """
    with opened(data, name):
        try:
            part = Package.open(io.BytesIO(data)).main_document_part
            if not isinstance(part, PresentationPart):
                raise other_kind(name, part.content_type)
            presentation = part.presentation
            out = TextBuilder()
            for number, slide in enumerate(presentation.slides):
                if number:
                    out.page()
                _write_slide(slide, out)
            about = presentation.core_properties
            return out.build(about.title, {"author": about.author})
        except (PythonPptxError, LxmlError, KeyError, ValueError) as error:
            raise damaged(name, error) from error


def _write_slide(slide: Slide, out: TextBuilder) -> None:
    title = slide.shapes.title
    if title is not None:
        out.heading(1, title.text_frame.text)
    for shape in _in_reading_order(slide.shapes):
        if title is None or shape.shape_id != title.shape_id:
            _write_shape(shape, slide, out)
    for choice in slide.element.iter(_CHOICE):  # shapes that old programs show in another way
        for body in choice.iter(f"{_SHAPES}txBody"):
            _write_lines(_paragraphs(body), out)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        out.paragraph(slide.notes_slide.notes_text_frame.text)


def _in_reading_order(shapes: Iterable[BaseShape]) -> Iterator[BaseShape]:
    """The shapes in the order of the slide, which is also the order for screen readers."""
    for shape in shapes:
        if isinstance(shape, GroupShape):
            yield from _in_reading_order(shape.shapes)
        else:
            yield shape


def _write_shape(shape: BaseShape, slide: Slide, out: TextBuilder) -> None:
    if isinstance(shape, GraphicFrame):
        if shape.has_table:
            out.table(_rows(shape.table))
        elif shape.has_chart:
            _write_chart(shape.chart, out)
        else:
            _write_diagram(shape, slide, out)
    elif shape.has_text_frame:
        _write_frame(shape.text_frame, out)  # type: ignore[attr-defined] # only shapes that have one


def _rows(table: Table) -> Iterator[list[SourceCell]]:
    """The cells of each row, with the rows and columns that merged cells cover."""
    width = len(table.columns)
    for number, row in enumerate(table.rows):
        yield [
            COVERED
            if cell.is_spanned
            else SourceCell(
                cell.text,
                cell.span_height,
                min(cell.span_width, width - column),
                header=bool((table.first_row and number == 0) or (table.first_col and column == 0)),
                indent=cell.text_frame.paragraphs[0].level,
            )
            for column, cell in enumerate(row.cells)
        ]


def _write_chart(chart: Chart, out: TextBuilder) -> None:
    """Writes the title of a chart, and its data as a table with a row for each category."""
    title = chart.chart_title.text_frame.text if chart.has_title else ""
    out.paragraph(title)
    for plot in chart.plots:
        series = list(plot.series)
        header: list[str | SourceCell] = ["", *(SourceCell(one.name, header=True) for one in series)]
        rows = zip(plot.categories, *(one.values for one in series), strict=False)
        figures = [["" if cell is None else str(cell) for cell in row] for row in rows]
        out.table([header, *figures], title)


def _write_diagram(shape: GraphicFrame, slide: Slide, out: TextBuilder) -> None:
    """Writes the texts of a SmartArt graphic, which its slide refers to."""
    for reference in shape.element.iter(f"{_DIAGRAM}relIds"):
        part = slide.part.rels.get(reference.get(f"{_RELATED}dm"))
        if part is not None and not part.is_external:
            points = parse_xml(part.target_part.blob).iter(f"{_DIAGRAM}pt")
            _write_lines([line for point in points for line in _paragraphs(point)], out)


def _paragraphs(element: Any) -> list[str]:
    """The paragraphs of an element of a drawing, without empty ones."""
    paragraphs = element.iter(f"{_DRAWING}p")
    lines = ("".join(text.text or "" for text in one.iter(f"{_DRAWING}t")) for one in paragraphs)
    return [line for line in lines if line.strip()]


def _write_frame(frame: TextFrame, out: TextBuilder) -> None:
    _write_lines([paragraph.text for paragraph in frame.paragraphs if paragraph.text.strip()], out)


def _write_lines(lines: Sequence[str], out: TextBuilder) -> None:
    """Writes a single line as a paragraph, several as a list."""
    if len(lines) == 1:
        out.paragraph(lines[0])
    else:
        for line in lines:
            out.item(line)
