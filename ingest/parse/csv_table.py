"""CSV and TSV."""

from __future__ import annotations

import csv
import io

from ingest.parse.builder import TextBuilder
from ingest.parse.clean import clean
from ingest.parse.encoding import decode
from ingest.parse.rows import write_sheet
from ragapp.errors import ParseError
from ragapp.types import ParsedText

DELIMITERS = ",;\t|"
SAMPLE = 64 * 1024
"""Characters from which the delimiter is guessed."""


def parse_delimited(data: bytes, name: str) -> ParsedText:
    """A table; the delimiter is found out. Raises ParseError as `decode` does, and for a cell without end."""
    text = clean(decode(data, name))
    out = TextBuilder()
    try:
        write_sheet(csv.reader(io.StringIO(text), delimiter=_delimiter(text[:SAMPLE])), out)
    except csv.Error as error:
        raise ParseError(
            f"{name} is no table that can be read: {error}. Is a quote left open? Mend it, or name it .txt."
        ) from error
    return out.build()


def _delimiter(sample: str) -> str:
    """The one that cuts most lines, and those most evenly."""

    def evenness(delimiter: str) -> tuple[int, int]:
        counts = [len(row) for row in csv.reader(io.StringIO(sample), delimiter=delimiter) if row]
        usual = max(set(counts), key=counts.count, default=1)
        return (counts.count(usual) if usual > 1 else 0), usual

    return max(DELIMITERS, key=evenness)
