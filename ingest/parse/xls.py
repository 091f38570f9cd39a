"""Workbooks of before 2007 (XLS): a sheet is a page."""

from __future__ import annotations

import logging
import struct

import xlrd
from xlrd.biffh import (
    XL_CELL_BOOLEAN,
    XL_CELL_DATE,
    XL_CELL_ERROR,
    XL_CELL_NUMBER,
    XLRDError,
    error_text_from_code,
)
from xlrd.book import Book
from xlrd.compdoc import CompDocError
from xlrd.formatting import XF
from xlrd.sheet import Cell, Sheet

from ingest.parse.date_format import SINCE_1900, SINCE_1904, shown_date
from ingest.parse.number_format import shown_number
from ingest.parse.office_parts import HIDDEN_LEFT_OUT
from ingest.parse.sheet_cells import SheetCells, merged_places
from ingest.parse.zip_xml import damaged
from ragapp.errors import ParseError
from ragapp.text.builder import SourceCell, TextBuilder
from ragapp.types import ParsedText

_BROKEN = (
    XLRDError, CompDocError, AssertionError, struct.error, ValueError, KeyError, IndexError, TypeError,
    AttributeError, UnicodeDecodeError,
)  # fmt: skip


class _Silent:
    """Where the reader writes its warnings."""

    def write(self, text: str) -> None:
        logging.getLogger(__name__).debug("%s", text.rstrip())

    def flush(self) -> None:
        """Has nothing to do."""


def parse_xls(data: bytes, name: str, *, read_hidden: bool = True) -> ParsedText:
    """Parses each sheet under its name as a heading: values as their format displays them, and comments.

    Hidden sheets, rows and columns are marked, or left out if `read_hidden` is off. Raises ParseError if the
    file is damaged or encrypted.
    """
    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=_Silent())
        out = TextBuilder()
        first = True
        for sheet in book.sheets():
            is_hidden = bool(sheet.visibility)
            if is_hidden and not read_hidden:
                out.gap("hidden", f"sheet {sheet.name}", HIDDEN_LEFT_OUT)
                continue
            if not first:
                out.page()
            first = False
            out.heading(1, f"{sheet.name} (hidden sheet)" if is_hidden else sheet.name)
            cells = _cells(book, sheet)
            cells.write(sheet.name, out, read_hidden=read_hidden)
            for (row, column), note in sorted(sheet.cell_note_map.items()):
                if note.text.strip():
                    out.paragraph(f"Comment on {cells.place(row + 1, column + 1)}: {note.text.strip()}")
        return out.build(None, {"author": book.user_name})
    except _BROKEN as error:
        if "encrypted" in str(error):
            raise ParseError(
                f"{name} is encrypted: it needs a password. Save a copy without one and add that copy."
            ) from error
        raise damaged(name, error) from error


def _cells(book: Book, sheet: Sheet) -> SheetCells:
    found = SheetCells()
    ranges = [(left + 1, top + 1, right, bottom) for top, bottom, left, right in sheet.merged_cells]
    merged = merged_places(ranges)
    for number in range(sheet.nrows):
        cells: dict[int, SourceCell] = {}
        for at, cell in enumerate(sheet.row(number), 1):
            rows, columns = merged.get((number + 1, at), (1, 1))
            if columns and (shown := _shown(book, cell)):
                cells[at] = SourceCell(shown, rows, columns, indent=_indent(book, cell))
        if cells:
            found.rows[number + 1] = cells
    found.cover(merged)
    hidden_rows = {number + 1 for number, row in sheet.rowinfo_map.items() if row.hidden}
    hidden_columns = {number + 1 for number, column in sheet.colinfo_map.items() if column.hidden}
    found.hidden_rows = hidden_rows & found.rows.keys()
    found.hidden_columns = hidden_columns & found.columns
    return found


def _shown(book: Book, cell: Cell) -> str:
    value = cell.value
    if isinstance(value, str):
        return value
    if cell.ctype in {XL_CELL_NUMBER, XL_CELL_DATE}:
        form = book.format_map.get(_style(book, cell).format_key)
        code = form.format_str if form is not None else ""
        first_day = SINCE_1904 if book.datemode else SINCE_1900
        number = int(value) if float(value).is_integer() else value
        return shown_date(number, code, first_day) or shown_number(number, code)
    if cell.ctype == XL_CELL_BOOLEAN:
        return str(bool(value)).upper()
    return str(error_text_from_code.get(int(value), "")) if cell.ctype == XL_CELL_ERROR else ""


def _indent(book: Book, cell: Cell) -> float:
    alignment = _style(book, cell).alignment
    return float(alignment.indent_level) if alignment is not None else 0.0


def _style(book: Book, cell: Cell) -> XF:
    return book.xf_list[cell.xf_index or 0]
