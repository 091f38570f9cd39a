"""Plain text."""

from __future__ import annotations

from ingest.parse.clean import clean
from ingest.parse.encoding import decode
from ingest.parse.furniture import furniture
from ingest.parse.pages import page_starts
from ingest.parse.text_headings import text_headings
from ragapp.types import ParsedText


def parse_text(data: bytes, name: str) -> ParsedText:
    """Form feeds are page breaks. Raises ParseError when no encoding fits the bytes."""
    text = clean(decode(data, name))
    starts = page_starts(text)
    skipped = furniture(text, starts)
    return ParsedText(text, starts, text_headings(text, skipped), furniture=skipped)
