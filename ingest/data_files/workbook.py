"""Large workbooks: their sheets as delimited text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from ingest.data_files.delimited import Delimited, examine, written
from ragapp.errors import ParseError


def sheets(path: str, name: str, *, read_hidden: bool = True) -> Iterator[tuple[str, Delimited]]:
    """The sheets that are not empty, by title; without hidden ones if `read_hidden` is off. Formulas are
    replaced by their last calculated values.

    Raises ParseError for a damaged workbook.
    """
    try:
        workbook = CalamineWorkbook.from_path(path)
        for sheet in workbook.sheets_metadata:
            title = sheet.name
            if sheet.visible != SheetVisibleEnum.Visible and not read_hidden:
                continue
            rows = workbook.get_sheet_by_name(title).iter_rows()
            text = written(([_printed(value) for value in row] for row in rows), ())
            if text.names:
                yield title, examine(text.path, name)
    except (CalamineError, OSError, ValueError) as error:
        raise ParseError(
            f"{name} is damaged ({str(error)[:200]}): open it in its own program and save a new copy."
        ) from error


def _printed(value: object) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    return str(value)
