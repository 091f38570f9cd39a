"""The cells of a sheet of a workbook: values as shown, formulas that were never calculated, hidden places."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from functools import partial
from typing import Any
from zipfile import ZipFile

from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.datetime import MAC_EPOCH
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet._reader import COL_TAG, FORMULA_TAG, ROW_TAG, VALUE_TAG, WorkSheetParser
from openpyxl.xml.functions import iterparse

from ingest.parse.date_format import SINCE_1900, SINCE_1904, shown_date
from ingest.parse.number_format import shown_number
from ingest.parse.sheet_cells import SheetCells, merged_places
from ragapp.text.builder import SourceCell

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^<>]*?ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')
_BLOCK = 1 << 20
_OVERLAP = 200
_HIDDEN = frozenset({"1", "true"})


def read_cells(archive: ZipFile, path: str, book: Workbook, texts: list[str]) -> SheetCells:
    """The cells of the sheet at `path`. `texts` are those that the workbook shares between its cells.

    Raises ValueError, KeyError, IndexError or a parse error of XML if the sheet is damaged.
    """
    found = SheetCells()
    styles = _Styles(book)
    merged = merged_places(map(range_boundaries, _references(archive, path)))
    with archive.open(path) as source:
        parser = _Parser(source, texts, data_only=True, epoch=book.epoch)
        for number, row in parser.parse():
            cells: dict[int, SourceCell] = {}
            for cell in row:
                shown = styles.shown(cell)
                rows, columns = merged.get((number, cell["column"]), (1, 1))
                if shown and columns:
                    cells[cell["column"]] = SourceCell(shown, rows, columns, indent=styles.indent(cell))
                if cell["data_type"] == "f":
                    found.uncalculated.append(f"{get_column_letter(cell['column'])}{number}")
            if cells:
                found.rows[number] = cells
    found.cover(merged)
    found.hidden_rows = {number for number in found.rows if str(number) in parser.hidden_rows}
    used = found.columns
    found.hidden_columns = {
        column for column in used if any(first <= column <= last for first, last in parser.hidden_columns)
    }
    return found


class _Parser(WorkSheetParser):
    """Reads rows and the hidden places; the rest of a sheet, which may be damaged, is not needed."""

    def parse(self) -> Generator[tuple[int, list[dict[str, Any]]], None, None]:
        self.hidden_rows: set[str] = set()
        self.hidden_columns: list[tuple[int, int]] = []
        for _, element in iterparse(self.source):
            if element.tag == COL_TAG and element.get("hidden") in _HIDDEN:
                self.hidden_columns.append((int(element.get("min", "1")), int(element.get("max", "1"))))
            elif element.tag == ROW_TAG:
                row = self.parse_row(element)
                if element.get("hidden") in _HIDDEN:
                    self.hidden_rows.add(str(row[0]))
                element.clear()
                yield row

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        formula = element.find(FORMULA_TAG)
        if formula is None:
            return cell
        is_first = formula.get("t") == "shared" and formula.text
        never_calculated = cell["value"] is None and not (
            element.get("t") == "str" and element.find(VALUE_TAG) is not None
        )
        if is_first or never_calculated:
            written = self.parse_formula(element)  # type: ignore[no-untyped-call]  # also notes what is shared with later cells
            if never_calculated:
                cell["value"], cell["data_type"] = getattr(written, "text", None) or str(written), "f"
        return cell


class _Styles:
    """How the cells of a workbook are shown, by the number of their style."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._known: dict[int, tuple[float, str]] = {}
        self._first_day = SINCE_1904 if book.epoch == MAC_EPOCH else SINCE_1900

    def shown(self, cell: Mapping[str, Any]) -> str:
        value = cell["value"]
        if value is None:
            return ""
        if isinstance(value, bool):
            return str(value).upper()
        if isinstance(value, int | float):
            code = self._style(cell)[1]
            return shown_date(value, code, self._first_day) or shown_number(value, code)
        if hasattr(value, "isoformat"):  # a date of strict Open XML
            return str(value.isoformat()).replace("T", " ").removesuffix(" 00:00:00")
        return str(value)

    def indent(self, cell: Mapping[str, Any]) -> float:
        return self._style(cell)[0]

    def _style(self, cell: Mapping[str, Any]) -> tuple[float, str]:
        """The indentation and the number format."""
        number = cell["style_id"]
        if number not in self._known:
            self._known[number] = self._looked_up(number)
        return self._known[number]

    def _looked_up(self, number: int) -> tuple[float, str]:
        styles = self._book._cell_styles  # type: ignore[attr-defined]
        if not 0 <= number < len(styles):
            return 0.0, ""
        style = styles[number]
        alignments = self._book._alignments  # type: ignore[attr-defined]
        alignment = alignments[style.alignmentId] if style.alignmentId < len(alignments) else None
        indent = alignment.indent if alignment is not None and alignment.horizontal != "right" else 0
        return float(indent or 0), self._code(style.numFmtId)

    def _code(self, number: int) -> str:
        own = number - BUILTIN_FORMATS_MAX_SIZE
        codes = self._book._number_formats  # type: ignore[attr-defined]
        if own >= 0:
            return str(codes[own]) if own < len(codes) else ""
        return BUILTIN_FORMATS.get(number, "")


def _references(archive: ZipFile, path: str) -> Iterator[str]:
    """The ranges of merged cells, such as "A1:C1", which follow the cells that they merge."""
    tail = b""
    with archive.open(path) as part:
        for block in iter(partial(part.read, _BLOCK), b""):
            ready = tail + block
            end = 0
            for found in _MERGED.finditer(ready):
                yield found[1].decode()
                end = found.end()
            tail = ready[max(end, len(ready) - _OVERLAP) :]
