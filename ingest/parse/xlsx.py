"""Workbooks (XLSX): a sheet is a page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import datetime, time
from functools import partial
from xml.etree.ElementTree import ParseError as XmlError
from zipfile import ZipFile

from openpyxl import load_workbook
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from ingest.parse.number_format import shown_number
from ingest.parse.rows import dense, write_sheet
from ingest.parse.zip_xml import damaged, opened
from ragapp.text.builder import COVERED, SourceCell, TextBuilder
from ragapp.types import ParsedText

LARGEST_MERGED = 10_000
"""A merged cell that covers more places than this is read as a single cell."""

MOST_MERGED = 100_000
"""The most places of a sheet that merged cells cover."""

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^<>]*?ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')
_BLOCK = 1 << 20
_OVERLAP = 200

_Merged = dict[tuple[int, int], tuple[int, int]]
"""The rows and columns that merged cells cover, by row and column counted from 1; (0, 0) where covered."""


def parse_xlsx(data: bytes, name: str) -> ParsedText:
    """Parses each sheet under its name as a heading, with the last calculated values instead of formulas.

    Numbers are written as their format displays them. Raises ParseError if the file is damaged.
    """
    with opened(data, name) as archive:
        try:
            workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            out = TextBuilder()
            for number, sheet in enumerate(workbook.worksheets):
                if number:
                    out.page()
                out.heading(1, sheet.title)
                write_sheet(dense(_rows(sheet, _merged_cells(archive, sheet))), out)
            about = workbook.properties
            return out.build(about.title, {"author": about.creator})
        except (InvalidFileException, XmlError, KeyError, ValueError, TypeError, AttributeError) as error:
            raise damaged(name, error) from error


def _rows(sheet: Worksheet, merged: _Merged) -> Iterator[dict[int, SourceCell]]:
    """The cells of each row by column, without empty ones."""
    sheet.reset_dimensions()  # type: ignore[attr-defined]  # else each row is as wide as the widest
    styles: dict[int, tuple[float, str]] = {}
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells: dict[int, SourceCell] = {}
        for column, cell in enumerate(row):
            rows, columns = merged.get((number, column + 1), (1, 1)) if merged else (1, 1)
            if not columns:
                cells[column] = COVERED
            elif cell.value is not None:
                indent, code = _style(cell, styles)
                if shown := _cell_text(cell.value, code):
                    cells[column] = SourceCell(shown, rows, columns, indent=indent)
        yield cells


def _style(cell: object, known: dict[int, tuple[float, str]]) -> tuple[float, str]:
    """The indentation and the number format of a cell, kept by the number of its style."""
    if not isinstance(cell, ReadOnlyCell):
        return 0.0, ""
    style = cell._style_id  # type: ignore[attr-defined]
    if style not in known:
        aligned = cell.alignment.indent if cell.alignment.horizontal != "right" else 0
        known[style] = float(aligned or 0), cell.number_format or ""
    return known[style]


def _cell_text(value: object, code: str) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return shown_number(value, code)
    return str(value)


def _merged_cells(archive: ZipFile, sheet: Worksheet) -> _Merged:
    merged: _Merged = {}
    for reference in _references(archive, sheet._worksheet_path):  # type: ignore[attr-defined]
        left, top, right, bottom = (bound or 0 for bound in range_boundaries(reference))
        rows, columns = bottom - top + 1, right - left + 1
        if 1 < rows * columns <= LARGEST_MERGED and len(merged) + rows * columns <= MOST_MERGED:
            merged.update(
                dict.fromkeys(
                    ((y, x) for y in range(top, bottom + 1) for x in range(left, right + 1)), (0, 0)
                )
            )
            merged[top, left] = rows, columns
    return merged


def _references(archive: ZipFile, path: str) -> Iterator[str]:
    """The ranges of merged cells, such as "A1:C1". openpyxl does not read them from large files."""
    tail = b""
    with archive.open(path) as part:
        for block in iter(partial(part.read, _BLOCK), b""):
            ready = tail + block
            end = 0
            for found in _MERGED.finditer(ready):
                yield found[1].decode()
                end = found.end()
            tail = ready[max(end, len(ready) - _OVERLAP) :]
