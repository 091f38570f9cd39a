"""CSV and TSV files."""

from __future__ import annotations

import csv
import io

from ingest.parse.encoding import decode
from ingest.parse.rows import write_sheet
from ragapp.errors import ParseError
from ragapp.text.builder import SourceCell, TextBuilder
from ragapp.text.clean import clean
from ragapp.types import ParsedText

DELIMITERS = ",;\t|"
SAMPLE = 64 * 1024
"""The number of characters from which the delimiter is guessed."""


def parse_delimited(data: bytes, name: str) -> ParsedText:
    """Parses a table and detects its delimiter.

    Raises ParseError like `decode`, and for an unclosed quote.
    """
    text = clean(decode(data, name))
    out = TextBuilder()
    try:
        lines = csv.reader(io.StringIO(text), delimiter=delimiter_of(text[:SAMPLE]))
        write_sheet(([SourceCell(cell) for cell in line] for line in lines), out)
    except csv.Error as error:
        raise ParseError(
            f"{name} cannot be read as a table: {error}. Check for an unclosed quote, or rename the file "
            "to .txt."
        ) from error
    return out.build()


def delimiter_of(sample: str) -> str:
    """The delimiter that splits the most lines, most evenly."""

    def evenness(delimiter: str) -> tuple[int, int]:
        counts = [len(row) for row in csv.reader(io.StringIO(sample), delimiter=delimiter) if row]
        usual = max(set(counts), key=counts.count, default=1)
        return (counts.count(usual) if usual > 1 else 0), usual

    return max(DELIMITERS, key=evenness)
