"""Workbooks (XLSX): a sheet is a page."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime, time
from xml.etree.ElementTree import ParseError as XmlError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from ingest.parse.rows import dense, write_sheet
from ingest.parse.zip_xml import damaged, opened
from ragapp.text.builder import TextBuilder
from ragapp.types import ParsedText


def parse_xlsx(data: bytes, name: str) -> ParsedText:
    """Parses each sheet under its name as a heading, with the last calculated values instead of formulas.

    Raises ParseError if the file is damaged.
    """
    with opened(data, name):
        try:
            workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            out = TextBuilder()
            for number, sheet in enumerate(workbook.worksheets):
                if number:
                    out.page()
                out.heading(1, sheet.title)
                write_sheet(dense(_rows(sheet)), out)
            about = workbook.properties
            return out.build(about.title, {"author": about.creator})
        except (InvalidFileException, XmlError, KeyError, ValueError, TypeError, AttributeError) as error:
            raise damaged(name, error) from error


def _rows(sheet: Worksheet) -> Iterator[dict[int, str]]:
    """The non-empty cells of each row by column."""
    sheet.reset_dimensions()  # type: ignore[attr-defined]  # else each row is as wide as the widest
    for row in sheet.iter_rows(values_only=True):
        cells = enumerate(row)
        yield {column: shown for column, value in cells if value is not None and (shown := _cell_text(value))}


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)
