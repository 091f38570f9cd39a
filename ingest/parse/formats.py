"""Detects the format of a document by its bytes. The name only distinguishes text formats."""

from __future__ import annotations

import codecs
import io
import json
import re
import zipfile
import zlib
from pathlib import PurePath
from typing import Literal

from ingest.parse.code import CODE_NAMES
from ingest.parse.encoding import wide_encoding
from ingest.parse.markup import ASCIIDOC_NAMES, RST_NAMES
from ingest.parse.subtitles import CUE
from ragapp.errors import ParseError

Format = Literal[
    "asciidoc", "calendar", "code", "contacts", "doc", "docx", "delimited", "epub", "html", "image", "json",
    "mail", "mailbox", "markdown", "mhtml", "msg", "notebook", "odf", "pdf", "ppt", "pptx", "rst", "rtf",
    "subtitles", "text", "xls", "xlsx", "xml", "zip",
]  # fmt: skip

_CONTENT_TYPES = "[Content_Types].xml"
_RIFF_MEDIA = (b"WAVE", b"AVI ")

SNIFFED = 4096
"""The number of bytes that are examined to detect the format."""

MARKDOWN_NAMES = frozenset({".md", ".markdown", ".mdown", ".mkd", ".mdx", ".qmd", ".rmd"})
HTML_NAMES = frozenset({".html", ".htm", ".xhtml"})
MAIL_NAMES = frozenset({".eml"})
MAILBOX_NAMES = frozenset({".mbox", ".mbx"})
SAVED_PAGE_NAMES = frozenset({".mht", ".mhtml"})
NOTEBOOK_NAMES = frozenset({".ipynb"})

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
_SOUNDS = (b"ID3", b"\xff\xfb", b"\xff\xf3", b"OggS", b"fLaC", b"\x1aE\xdf\xa3")
_MP4_PICTURES = (b"heic", b"heix", b"mif1", b"avif")
_LETTERS_PER_NUL = 20
"""At least, in a text in which a program left stray NUL characters."""
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1a]")

_MAIN_TYPES: tuple[tuple[re.Pattern[bytes], Format], ...] = (
    (re.compile(rb"(?:wordprocessingml|ms-word)\.[\w.]{1,60}\bmain\+xml"), "docx"),
    (re.compile(rb"(?:presentationml|ms-powerpoint)\.[\w.]{1,60}\bmain\+xml"), "pptx"),
    (re.compile(rb"(?:spreadsheetml|ms-excel)\.[\w.]{1,60}\bmain\+xml"), "xlsx"),
)
"""Content types of the main part of an Office document, also of templates, shows and those with macros."""
_BINARY_WORKBOOK = b"application/vnd.ms-excel.sheet.binary"
_OLD_STREAMS: tuple[tuple[str, Format], ...] = (
    ("WordDocument", "doc"),
    ("PowerPoint Document", "ppt"),
    ("Workbook", "xls"),
    ("Book\0", "xls"),
)
"""The streams of Office documents of before 2007."""
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
_HTML_TAG = re.compile(
    rb"<(?:html|head|body|div|p|h[1-6]|table|span|a|[uo]l|li|img|br|b|i|em|strong|font|center|title|meta|section"
    rb"|article|main|pre|svg)\b[^<>]*>",
    re.I,
)
_XML_START = re.compile(
    rb"\A\s*<(?:\?xml\b|!DOCTYPE\s+(?!html)|(?:article|book|doc|TEI|rss|feed|rdf:RDF)\b[^<]*>)", re.I
)
_CARD = re.compile(rb"\s*BEGIN:(VCARD|VCALENDAR)\r?\n", re.I)
_SAVED_PAGE = re.compile(rb"^(?:Snapshot-Content-Location:|From: ?<Saved by )", re.I | re.M)
"""Headers of a web page that a browser saved as one file."""
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
    wide = wide_encoding(head)
    if wide:
        plain = head.decode(wide, errors="ignore").lstrip("\ufeff").encode()
        return _text_format(data, plain, suffix)
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
    if head[8:12] in _MP4_PICTURES:
        known = "a HEIC or AVIF picture"
    if is_sound_or_video(head):
        raise ParseError(
            f"{name} is sound or video, and no transcriber is set up here. Add its subtitles (SRT or VTT) "
            "or a transcript, or ask whoever runs ragapp to set RAGAPP_TRANSCRIBER."
        )
    if known or (b"\0" in head and not (head.startswith(codecs.BOM_UTF8) or _has_stray_nuls(head))):
        raise ParseError(
            f"{name} is {known or 'a binary file'}, which is not supported. Save it as PDF, Office "
            "document, text or another format that docs/formats.md lists."
        )
    return None


def is_sound_or_video(head: bytes) -> bool:
    in_riff = head[:4] == b"RIFF" and head[8:12] in _RIFF_MEDIA
    in_mp4 = head[4:8] == b"ftyp" and head[8:12] not in _MP4_PICTURES
    return head.startswith(_SOUNDS) or in_mp4 or in_riff


def _has_stray_nuls(head: bytes) -> bool:
    """Whether it is text in which a program left a few NUL characters."""
    return head.count(0) * _LETTERS_PER_NUL <= len(head) and not _CONTROLS.search(head)


def _zipped_format(data: bytes, name: str) -> Format:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = frozenset(archive.namelist())
            types = archive.read(_CONTENT_TYPES) if _CONTENT_TYPES in members else b""
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, zlib.error) as error:
        raise ParseError(f"{name} is damaged: {error}. Save or download it again.") from error
    if _BINARY_WORKBOOK in types:
        raise ParseError(
            f"{name} is a binary workbook (XLSB), which is not read. Save it as XLSX and add that file."
        )
    found = next((known for pattern, known in _MAIN_TYPES if pattern.search(types)), None)
    found = found or next((known for member, known in _MEMBERS if member in members), None)
    return found or "zip"


def _old_office_format(data: bytes, name: str) -> Format:
    if "__properties_version1.0".encode("utf-16-le") in data:
        return "msg"
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise ParseError(
            f"{name} is encrypted: it needs a password. Save a copy without one and add that copy."
        )
    found = next((known for stream, known in _OLD_STREAMS if stream.encode("utf-16-le") in data), None)
    if found is not None:
        return found
    raise ParseError(
        f"{name} has the Office format from before 2007. Save it as DOCX, XLSX, PPTX or PDF and add that "
        "file."
    )


def _text_format(data: bytes, head: bytes, suffix: str) -> Format:
    if found := _marked_format(head, suffix) or _message_format(head, suffix):
        return found
    named = next((known for suffixes, known in _BY_NAME if suffix in suffixes), None)
    if named is not None:
        return named
    if not _is_json(data, head):
        return "text"
    return "notebook" if suffix in NOTEBOOK_NAMES else "json"


def _marked_format(head: bytes, suffix: str) -> Format | None:
    """The format of a text that begins with a mark of its own."""
    if head.startswith(b"{\\rtf"):
        return "rtf"
    if found := _CARD.match(head):
        return "contacts" if found[1].upper() == b"VCARD" else "calendar"
    if _HTML_START.match(head) or (suffix in HTML_NAMES and _HTML_TAG.search(head)):
        return "html"
    if _XML_START.match(head) and suffix not in MARKDOWN_NAMES | CODE_NAMES:
        return "xml"
    if head.startswith(b"WEBVTT") or (head.lstrip()[:1].isdigit() and CUE.search(head.decode("latin-1"))):
        return "subtitles"
    return None


def _message_format(head: bytes, suffix: str) -> Format | None:
    """The format of a text that begins with the headers of a message."""
    if head.startswith(b"From ") and _MAIL_HEADER.match(head.partition(b"\n")[2]):
        return "mailbox"
    if _is_mail(head, suffix, least=1) and (suffix in SAVED_PAGE_NAMES or _SAVED_PAGE.search(head)):
        return "mhtml"
    return "mail" if _is_mail(head, suffix) else None


def _is_mail(head: bytes, suffix: str, least: int = 3) -> bool:
    """Whether the text is an email message, which begins with several header lines, not just with
    "Subject:".
    """
    lines = head.split(b"\n", 3)[:3]
    known = sum(1 for line in lines if _MAIL_HEADER.match(line))
    return known >= least or (known > 0 and suffix in MAIL_NAMES | MAILBOX_NAMES)


def _is_json(data: bytes, head: bytes) -> bool:
    if head.lstrip()[:1] not in {b"{", b"["}:
        return False
    try:
        json.loads(data)
    except (ValueError, RecursionError):  # what is nested too deeply is read as text
        return False
    return True
