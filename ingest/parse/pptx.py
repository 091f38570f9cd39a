"""Presentations (PPTX): a slide is a page."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from lxml.etree import LxmlError
from pptx import Presentation
from pptx.chart.chart import Chart
from pptx.exc import PythonPptxError
from pptx.shapes.base import BaseShape
from pptx.shapes.graphfrm import GraphicFrame
from pptx.shapes.group import GroupShape
from pptx.slide import Slide
from pptx.table import Table
from pptx.text.text import TextFrame

from ingest.parse.zip_xml import damaged, opened
from ragapp.text.builder import COVERED, SourceCell, TextBuilder
from ragapp.types import ParsedText


def parse_pptx(data: bytes, name: str) -> ParsedText:
    """Parses each slide: its title as a heading, text, tables and the data of charts, and finally its notes.

    Raises ParseError if the file is damaged.
    """
    with opened(data, name):
        try:
            presentation = Presentation(io.BytesIO(data))
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
            _write_shape(shape, out)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        out.paragraph(slide.notes_slide.notes_text_frame.text)


def _in_reading_order(shapes: Iterable[BaseShape]) -> Iterator[BaseShape]:
    """The shapes in the order of the slide, which is also the order for screen readers."""
    for shape in shapes:
        if isinstance(shape, GroupShape):
            yield from _in_reading_order(shape.shapes)
        else:
            yield shape


def _write_shape(shape: BaseShape, out: TextBuilder) -> None:
    if isinstance(shape, GraphicFrame):
        if shape.has_table:
            out.table(_rows(shape.table))
        elif shape.has_chart:
            _write_chart(shape.chart, out)
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


def _write_frame(frame: TextFrame, out: TextBuilder) -> None:
    paragraphs = [paragraph.text for paragraph in frame.paragraphs if paragraph.text.strip()]
    if len(paragraphs) == 1:
        out.paragraph(paragraphs[0])
    else:
        for text in paragraphs:
            out.item(text)
