"""CSV and TSV files."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from ingest.parse.csv_rows import EXAMINED, SAMPLE, RowReader, form_of, header_of
from ingest.parse.encoding import decode
from ingest.parse.rows import write_sheet
from ragapp.errors import ParseError
from ragapp.text.builder import SourceCell, TextBuilder
from ragapp.text.clean import clean
from ragapp.types import ParsedText, in_runs


def parse_delimited(data: bytes, name: str) -> ParsedText:
    """Parses a table and detects how it is written, and whether its first row names the columns.

    Raises ParseError like `decode`, and for a cell of more than a gigabyte.
    """
    text = clean(decode(data, name))
    out = TextBuilder()
    reader = RowReader(io.StringIO(text), form_of(text[:SAMPLE]))
    try:
        rows = list(reader)
    except csv.Error as error:
        raise ParseError(
            f"{name} cannot be read as a table: {error}. Check it, or rename the file to .txt."
        ) from error
    above, has_header = header_of(rows[:EXAMINED])
    cells = [[SourceCell(cell) for cell in row] for row in rows]
    if has_header:
        cells[above] = [replace(cell, header=True) for cell in cells[above]]
    write_sheet(cells, out, has_header=has_header)
    if reader.left_open:
        where = "line" if len(reader.left_open) == 1 else "lines"
        out.gap(
            "uncertain",
            f"{where} {in_runs(reader.left_open[:100])}",
            "A quote is opened there and not closed; it was taken to end with its line.",
        )
    return out.build()
