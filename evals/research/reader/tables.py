"""Formats table rows as input of the reader: "label; header: value; header: value"."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"^[($ ]*-?[\d,]+(\.\d+)?[)% ]*$")
_YEAR = re.compile(r"^(19|20)\d\d$")


def row_texts(table: list[list[str]]) -> list[str]:
    """The text of each body row with the headers of its columns."""
    depth = _header_rows(table)
    width = max(map(len, table), default=0)
    headers = [_header(table[:depth], column) for column in range(width)]
    return [row_text(headers, row) for row in table[depth:] if any(row)]


def row_text(headers: list[str], row: list[str]) -> str:
    cells = [
        f"{header}: {value.strip()}" if header else value.strip()
        for header, value in zip(headers, row, strict=False)
        if value.strip()
    ]
    return "; ".join(cells)


def _header_rows(table: list[list[str]]) -> int:
    """Rows at the top without a number beyond the first column; years count as words."""
    for at, row in enumerate(table):
        if any(_NUMBER.match(cell.strip()) and not _YEAR.match(cell.strip()) for cell in row[1:]):
            return at
    return 1


def _header(rows: list[list[str]], column: int) -> str:
    parts = [row[column].strip() for row in rows if column < len(row) and row[column].strip()]
    return " ".join(dict.fromkeys(parts))
