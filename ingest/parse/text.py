"""Plain text in any encoding."""

from __future__ import annotations

import codecs

from charset_normalizer import from_bytes

from ingest.parse.clean import clean
from ingest.parse.furniture import furniture
from ingest.parse.pages import page_starts
from ingest.parse.text_headings import text_headings
from ragapp.errors import ParseError
from ragapp.types import ParsedText

BYTE_ORDER_MARKS = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)


def parse_text(data: bytes, name: str) -> ParsedText:
    """Form feeds are page breaks. Raises ParseError when no encoding fits the bytes."""
    text = clean(decode(data, name))
    starts = page_starts(text)
    skipped = furniture(text, starts)
    return ParsedText(text, starts, text_headings(text, skipped), furniture=skipped)


def decode(data: bytes, name: str) -> str:
    """By byte order mark, else as UTF-8, else in the encoding that gives the likeliest text."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        best = from_bytes(data).best()
    if best is None:
        raise ParseError(f"{name} is not text in any known encoding. Save it as UTF-8 and add it again.")
    return str(best)
