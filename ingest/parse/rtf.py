"""Rich text (RTF)."""

from __future__ import annotations

from itertools import groupby

from striprtf.striprtf import rtf_to_text

from ragapp.text.builder import TextBuilder
from ragapp.types import ParsedText

CELL_END = "|"
"""What striprtf writes at the end of each cell of a table. A row is a line."""


def parse_rtf(data: bytes, name: str) -> ParsedText:  # noqa: ARG001 - every parser is called alike
    """Parses paragraphs and tables. The format itself specifies the encoding of each character."""
    out = TextBuilder()
    text: str = rtf_to_text(data.decode("latin-1"), errors="replace")  # type: ignore[no-untyped-call]
    for in_table, lines in groupby(text.split("\n"), key=lambda line: line.rstrip().endswith(CELL_END)):
        if in_table:
            out.table([line.rstrip()[:-1].split(CELL_END) for line in lines])
            continue
        for paragraph in lines:
            out.paragraph(paragraph)
    return out.build()
