"""Detects the format of a document by its bytes. The name only distinguishes text formats."""

from __future__ import annotations

import codecs
import io
import json
import re
import zipfile
from pathlib import PurePath
from typing import Literal

from ingest.parse.code import CODE_NAMES
from ingest.parse.encoding import BYTE_ORDER_MARKS
from ingest.parse.markup import ASCIIDOC_NAMES, RST_NAMES
from ingest.parse.subtitles import CUE
from ragapp.errors import ParseError

Format = Literal[
    "asciidoc", "code", "docx", "delimited", "epub", "html", "image", "json", "mail", "markdown", "msg",
    "odf", "pdf", "pptx", "rst", "rtf", "subtitles", "text", "xlsx", "xml",
]  # fmt: skip

SNIFFED = 4096
"""The number of bytes that are examined to detect the format."""

MARKDOWN_NAMES = frozenset({".md", ".markdown", ".mdown", ".mkd", ".mdx", ".qmd", ".rmd"})
HTML_NAMES = frozenset({".html", ".htm", ".xhtml"})
MAIL_NAMES = frozenset({".eml", ".mbox"})

_PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BINARIES = (
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
    (b"SQLite format 3\x00", "an SQLite database"),
)
_MEMBERS: tuple[tuple[str, Format], ...] = (
    ("word/document.xml", "docx"),
    ("ppt/presentation.xml", "pptx"),
    ("xl/workbook.xml", "xlsx"),
    ("META-INF/container.xml", "epub"),
    ("content.xml", "odf"),
)
_BY_NAME: tuple[tuple[frozenset[str], Format], ...] = (
    (MARKDOWN_NAMES, "markdown"),
    (frozenset({".csv", ".tsv", ".tab"}), "delimited"),
    (ASCIIDOC_NAMES, "asciidoc"),
    (RST_NAMES, "rst"),
    (frozenset({".jsonl", ".ndjson"}), "json"),
    (CODE_NAMES, "code"),
)
_HTML_START = re.compile(
    rb"\A(?>\s|<\?xml[^>]*>|<!--.*?-->)*+<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_HTML_TAG = re.compile(rb"<(?:html|head|body|div|p|h[1-6]|table|span|a|ul)\b[^<>]*>", re.I)
_XML_START = re.compile(rb"\A\s*<(?:\?xml\b|!DOCTYPE\s+(?!html)|(?:article|book|doc|TEI)\b[^<]*>)", re.I)
_MAIL_HEADER = re.compile(
    rb"(?:Return-Path|Delivered-To|Received|From|To|Subject|Date|Message-ID|MIME-Version|Reply-To|X-[\w-]+"
    rb"|DKIM-Signature|Content-Type|Cc):[ \t]",
    re.I,
)


def format_of(data: bytes, name: str) -> Format:
    """The format of the bytes. Raises ParseError if it is not supported."""
    head, suffix = data[:SNIFFED], PurePath(name).suffix.lower()
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if suffix == ".pdf":
        raise ParseError(f"{name} is not a PDF, despite its name. Check how it was created or downloaded.")
    binary = _binary_format(data, head, name)
    return binary or _text_format(data, head.removeprefix(codecs.BOM_UTF8), suffix)


def _binary_format(data: bytes, head: bytes, name: str) -> Format | None:
    if head.startswith(b"PK\x03\x04"):
        return _zipped_format(data, name)
    if head.startswith(_OLD_OFFICE):
        return _old_office_format(data, name)
    if head.startswith(_PICTURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return "image"
    known = next((what for magic, what in _BINARIES if head.startswith(magic)), None)
    wide = any(head.startswith(mark) for mark, _ in BYTE_ORDER_MARKS)
    if known or (b"\0" in head and not wide):
        raise ParseError(
            f"{name} is {known or 'a binary file'}, which is not supported. Save it as PDF, Office "
            "document, text or another format that docs/formats.md lists."
        )
    return None


def _zipped_format(data: bytes, name: str) -> Format:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = frozenset(archive.namelist())
    except zipfile.BadZipFile as error:
        raise ParseError(f"{name} is damaged: {error}. Save or download it again.") from error
    found = next((known for member, known in _MEMBERS if member in members), None)
    if found is None:
        raise ParseError(f"{name} is a ZIP archive but not a document. Unpack it and add its files.")
    return found


def _old_office_format(data: bytes, name: str) -> Format:
    if "__properties_version1.0".encode("utf-16-le") in data:
        return "msg"
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise ParseError(
            f"{name} is encrypted: it needs a password. Save a copy without one and add that copy."
        )
    raise ParseError(
        f"{name} has the Office format from before 2007. Save it as DOCX, XLSX, PPTX or PDF and add that "
        "file."
    )


def _text_format(data: bytes, head: bytes, suffix: str) -> Format:
    if head.startswith(b"{\\rtf"):
        return "rtf"
    if _HTML_START.match(head) or (suffix in HTML_NAMES and _HTML_TAG.search(head)):
        return "html"
    if _XML_START.match(head) and suffix not in MARKDOWN_NAMES | CODE_NAMES:
        return "xml"
    if head.startswith(b"WEBVTT") or (head.lstrip()[:1].isdigit() and CUE.search(head.decode("latin-1"))):
        return "subtitles"
    if _is_mail(head, suffix):
        return "mail"
    named = next((known for suffixes, known in _BY_NAME if suffix in suffixes), None)
    return named or ("json" if _is_json(data, head) else "text")


def _is_mail(head: bytes, suffix: str) -> bool:
    """Whether the text is an email message, which begins with several header lines, not just with
    "Subject:".
    """
    lines = head.split(b"\n", 3)[:3]
    known = sum(1 for line in lines if _MAIL_HEADER.match(line))
    return known == 3 or (known > 0 and suffix in MAIL_NAMES)


def _is_json(data: bytes, head: bytes) -> bool:
    if head.lstrip()[:1] not in {b"{", b"["}:
        return False
    try:
        json.loads(data)
    except (ValueError, RecursionError):  # what is nested too deeply is read as text
        return False
    return True
