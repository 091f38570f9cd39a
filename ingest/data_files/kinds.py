"""Which documents are data files: tables of so many rows that these are not indexed one by one."""

from __future__ import annotations

from pathlib import PurePath
from typing import BinaryIO, Literal

DataFileKind = Literal["delimited", "workbook", "parquet"]

READ_SIZE = 1 << 20
DELIMITED = frozenset({".csv", ".tsv", ".tab"})
WORKBOOKS = frozenset({".xlsx", ".xlsm"})
WORKBOOK_BYTES_PER_ROW = 4
"""Compressed bytes that a row of a workbook takes at least: below, its rows need not be counted."""


def data_file_kind(data: BinaryIO, name: str, rows: int) -> DataFileKind | None:
    """The kind of the file if it may have a table of more than `rows` rows; None if it has not.

    Reads the stream from its beginning.
    """
    suffix, head = PurePath(name).suffix.lower(), data.read(READ_SIZE)
    if head.startswith(b"PAR1"):
        return "parquet"
    if suffix in WORKBOOKS and head.startswith(b"PK\x03\x04"):
        return "workbook" if _longer(data, head, rows * WORKBOOK_BYTES_PER_ROW) else None
    if suffix in DELIMITED and not head.startswith((b"PK\x03\x04", b"%PDF-", b"\x1f\x8b")):
        return "delimited" if _more_lines(data, head, rows) else None
    return None


def _longer(data: BinaryIO, head: bytes, size: int) -> bool:
    read = len(head)
    while read <= size and (block := data.read(READ_SIZE)):
        read += len(block)
    return read > size


def _more_lines(data: BinaryIO, head: bytes, rows: int) -> bool:
    """Whether there are more lines than rows: a row has at least one. Some programs end them by CR alone."""
    lines, block = 0, head
    while block:
        lines += max(block.count(b"\n"), block.count(b"\r"))
        if lines > rows:
            return True
        block = data.read(READ_SIZE)
    return False
