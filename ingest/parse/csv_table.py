"""CSV and TSV files."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

from ingest.parse.encoding import decode
from ingest.parse.rows import write_sheet
from ragapp.errors import ParseError
from ragapp.text.builder import SourceCell, TextBuilder
from ragapp.text.clean import clean
from ragapp.types import ParsedText

DELIMITERS = ",;\t|"
LONGEST_CELL = 1 << 30
_SEPARATOR = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_DECIMAL_COMMAS = re.compile(r"\d,\d")
SAMPLE = 64 * 1024
"""The number of characters from which the delimiter is guessed."""


def parse_delimited(data: bytes, name: str) -> ParsedText:
    """Parses a table and detects its delimiter.

    Raises ParseError like `decode`, and for an unclosed quote.
    """
    text = clean(decode(data, name))
    out = TextBuilder()
    csv.field_size_limit(LONGEST_CELL)
    if separator := _SEPARATOR.match(text):  # as Excel writes it
        text = text[separator.end() :]
    sample = text[:SAMPLE]
    delimiter = separator[1] if separator else delimiter_of(sample)
    try:
        lines = csv.reader(io.StringIO(text), delimiter=delimiter, **_quoting(sample))
        write_sheet(([SourceCell(cell) for cell in line] for line in lines), out)
    except csv.Error as error:
        raise ParseError(
            f"{name} cannot be read as a table: {error}. Check for an unclosed quote, or rename the file "
            "to .txt."
        ) from error
    return out.build()


def _quoting(sample: str) -> Mapping[str, Any]:
    """How quotes inside of quoted cells are written: twice, or after a backslash."""
    backslashed = '\\"' in sample and '""' not in sample.replace(',""', "")
    return {"escapechar": "\\", "doublequote": False} if backslashed else {}


def delimiter_of(sample: str) -> str:
    """The delimiter that splits the most lines, most evenly. A comma between digits is rather a decimal one
    where another delimiter splits as many lines."""

    def evenness(delimiter: str) -> tuple[int, int]:
        counts = [len(row) for row in csv.reader(io.StringIO(sample), delimiter=delimiter) if row]
        usual = max(set(counts), key=counts.count, default=1)
        return (counts.count(usual) if usual > 1 else 0), usual

    best = max(DELIMITERS, key=evenness)
    if best == "," and _DECIMAL_COMMAS.search(sample):
        even = evenness(best)[0]
        return next((other for other in ";\t|" if evenness(other)[0] >= even > 0), best)
    return best
