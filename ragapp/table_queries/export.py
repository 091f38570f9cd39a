"""Tables as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

from ragapp.types import ResultColumn, TableValue

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def csv_text(columns: Sequence[ResultColumn], rows: Iterable[Sequence[TableValue]]) -> str:
    """CSV as of RFC 4180, with plain numbers as printed in the table: their scale is not applied.

    Texts that a spreadsheet program would take for a formula get an apostrophe before them.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_cell(column.name) for column in columns])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: TableValue) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    return f"'{value}" if value.startswith(FORMULA_SIGNS) and len(value) > 1 else value
