"""Which parser reads a document: decided by its bytes. A name only breaks ties between texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePath

from ingest.parse.html import parse_html
from ingest.parse.markdown import parse_markdown
from ingest.parse.pdf import parse_pdf
from ingest.parse.text import BYTE_ORDER_MARKS, parse_text
from ragapp.errors import ParseError
from ragapp.types import ParsedText

Parser = Callable[[bytes, str], ParsedText]
"""(the document's bytes, its name for messages) to its text. Raises ParseError."""

SNIFFED = 4096
"""Bytes that are looked at to tell one format from another."""

MARKDOWN_NAMES = frozenset({".md", ".markdown", ".mdown", ".mkd", ".mdx", ".qmd", ".rmd"})
HTML_NAMES = frozenset({".html", ".htm", ".xhtml"})

_BINARIES = (
    (b"PK\x03\x04", "an Office document or a ZIP archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "an SQLite database"),
)
_HTML_START = re.compile(
    rb"(?:\s|<\?xml[^>]*>|<!--.*?-->)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_HTML_TAG = re.compile(rb"<(?:html|head|body|div|p|h[1-6]|table|span|a|ul)\b[^<>]*>", re.I)


def parse(data: bytes, name: str) -> ParsedText:
    """The document's text. Raises ParseError with the reason when it cannot be read."""
    if not data.strip():
        raise ParseError(f"{name} is empty. Add a file that has something in it.")
    parsed = choose_parser(data, name)(data, name)
    if not parsed.text.strip():
        raise ParseError(f"{name} holds no text. Add a file that has something to read in it.")
    return parsed


def choose_parser(data: bytes, name: str) -> Parser:
    """Raises ParseError when the bytes are of no format that can be read."""
    head, suffix = data[:SNIFFED], PurePath(name).suffix.lower()
    if b"%PDF-" in head[:1024]:
        return parse_pdf
    if suffix == ".pdf":
        raise ParseError(f"{name} is not a PDF although it is named so. Check how it was made or downloaded.")
    _refuse_binary(head, name)
    text = head.removeprefix(BYTE_ORDER_MARKS[-1][0])
    if _HTML_START.match(text) or (suffix in HTML_NAMES and _HTML_TAG.search(text)):
        return parse_html
    return parse_markdown if suffix in MARKDOWN_NAMES else parse_text


def _refuse_binary(head: bytes, name: str) -> None:
    known = next((what for magic, what in _BINARIES if head.startswith(magic)), None)
    wide = any(head.startswith(mark) for mark, _ in BYTE_ORDER_MARKS)
    if known or (b"\0" in head and not wide):
        what = known or "a binary file"
        raise ParseError(f"{name} is {what}; PDF, text, Markdown and HTML can be read. Convert it to one.")
