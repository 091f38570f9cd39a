"""Workbooks (XLSX): a sheet is a page."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import ParseError as XmlError
from zipfile import ZipFile

from lxml.etree import LxmlError
from openpyxl import load_workbook
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from ingest.parse.embedded_pictures import PictureReader
from ingest.parse.office_charts import write_chart
from ingest.parse.office_parts import HIDDEN_LEFT_OUT, RelatedPart, drawn_lines, relations
from ingest.parse.xlsx_sheet import read_cells
from ingest.parse.zip_xml import damaged, opened, xml_of
from ragapp.text.builder import TextBuilder
from ragapp.types import ParsedText

_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_THREAD = "{http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments}"
_DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_COMMENTS = frozenset({f"{_SHEET}comment", f"{_THREAD}threadedComment"})
_COMMENT_TEXTS = frozenset({f"{_SHEET}t", f"{_THREAD}text"})
_FOR_OLD_PROGRAMS = "[Threaded comment]"
"""How the copy of a comment begins that programs without threads of comments show."""
_CHARTS = frozenset({"chart", "chartEx"})


def parse_xlsx(data: bytes, name: str, *, read_hidden: bool = True) -> ParsedText:
    """Parses each sheet under its name as a heading: values as their format displays them, formulas that were
    never calculated, comments, text boxes and charts.

    Hidden sheets, rows and columns are marked, or left out if `read_hidden` is off. Raises ParseError if the
    file is damaged.
    """
    with opened(data, name) as archive:
        try:
            return _Reader(archive, data, name, read_hidden=read_hidden).read()
        except _BROKEN as error:
            raise damaged(name, error) from error


_BROKEN = (
    InvalidFileException, XmlError, LxmlError, KeyError, ValueError, TypeError, AttributeError, IndexError,
)  # fmt: skip


class _Reader:
    def __init__(self, archive: ZipFile, data: bytes, name: str, *, read_hidden: bool) -> None:
        self._archive = archive
        self._name = name
        self._read_hidden = read_hidden
        self._book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        self._out = TextBuilder()
        self._pictures = PictureReader(self._out)

    def read(self) -> ParsedText:
        first = True
        for sheet in self._book._sheets:  # type: ignore[attr-defined]  # also those that are only a chart
            is_hidden = sheet.sheet_state != "visible"
            if is_hidden and not self._read_hidden:
                self._out.gap("hidden", f"sheet {sheet.title}", HIDDEN_LEFT_OUT)
                continue
            if not first:
                self._out.page()
            first = False
            self._out.heading(1, f"{sheet.title} (hidden sheet)" if is_hidden else sheet.title)
            self._sheet(sheet)
        about = self._book.properties
        return self._out.build(about.title, {"author": about.creator})

    def _sheet(self, sheet: Worksheet) -> None:
        path = getattr(sheet, "_worksheet_path", None)
        if path is None:
            self._out.gap("part", f"sheet {sheet.title}", "A sheet that is only a chart is not read.")
            return
        cells = read_cells(self._archive, path, self._book, sheet._shared_strings)  # type: ignore[attr-defined]
        cells.write(sheet.title, self._out, read_hidden=self._read_hidden)
        others = relations(self._archive, path, self._name).values()
        for place, text in self._comments(others):
            self._out.paragraph(f"Comment on {cells.place(*coordinate_to_tuple(place))}: {text}")
        for one in others:
            if one.kind == "drawing" and one.target in self._archive.namelist():
                self._drawing(one.target, sheet.title)

    def _comments(self, others: Iterable[RelatedPart]) -> Iterator[tuple[str, str]]:
        """The comments with the cells that they are on, those of a thread in its order."""
        for one in others:
            if one.kind not in {"comments", "threadedComment"} or one.target not in self._archive.namelist():
                continue
            root = xml_of(self._archive.read(one.target), self._name)
            for comment in root.iter():
                if comment.tag not in _COMMENTS:
                    continue
                text = "".join(piece.text or "" for piece in comment.iter() if piece.tag in _COMMENT_TEXTS)
                if text.strip() and not text.startswith(_FOR_OLD_PROGRAMS):
                    yield comment.get("ref", ""), text.strip()

    def _drawing(self, path: str, title: str) -> None:
        """Writes the text boxes and charts of a sheet."""
        root = xml_of(self._archive.read(path), self._name)
        for box in root.iter(f"{_DRAWN}txBody"):
            self._out.paragraph("\n".join(drawn_lines(box)))
        for one in relations(self._archive, path, self._name).values():
            if one.kind in _CHARTS and one.target in self._archive.namelist():
                write_chart(xml_of(self._archive.read(one.target), self._name), self._out)
            elif one.kind == "image" and one.target in self._archive.namelist():
                self._pictures.read(self._archive.read(one.target), f"picture on sheet {title}")
