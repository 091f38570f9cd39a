"""Files that are embedded in a PDF: those of portfolios, and attachments."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import replace

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.parse.mail_message import Attachment, Parse
from ragapp.errors import ParseError
from ragapp.fetching.archives import MAX_RATIO, MIN_BYTES
from ragapp.text.builder import PAGE_BREAK, TextBuilder
from ragapp.types import Heading, ParsedText, bounded_gaps

MAX_FILES = 1_000
SAME_CONTENT = frozenset({"Source", "Alternative"})
"""How a PDF marks embedded files that say what its pages say: the document it was made from, or its data."""
_NAME_BYTES = 64


def with_attachments(
    parsed: ParsedText, document: pypdfium2.PdfDocument, size: int, parse: Parse
) -> ParsedText:
    """The text of a document with its attachments on pages after its own. `parse` reads them.

    `size` is that of the document in bytes, which limits how much is unpacked.
    """
    out = TextBuilder()
    left = max(MIN_BYTES, MAX_RATIO * size)
    for number, attachment in enumerate(_attachments(document)):
        left -= len(attachment.data)
        where = f"attachment {attachment.name}"
        if left < 0 or number >= MAX_FILES:
            out.gap("limit", where, "The attachments are too many or too large to be read with this file.")
            break
        if number:
            out.page()
        out.heading(1, f"Attachment: {attachment.name}")
        try:
            out.include(parse(attachment.data, attachment.name), below=1, part=where)
        except ParseError as error:  # the document is worth reading without it
            out.gap("attachment", where, str(error))
    return _appended(parsed, out.build())


def _attachments(document: pypdfium2.PdfDocument) -> Iterator[Attachment]:
    for index in range(document.count_attachments()):
        attachment = document.get_attachment(index)
        if _relationship(attachment) in SAME_CONTENT:
            continue
        try:
            data = bytes(attachment.get_data())
        except pypdfium2.PdfiumError:
            data = b""
        yield Attachment(attachment.get_name() or f"file {index + 1}", data)


def _relationship(attachment: pypdfium2.PdfAttachment) -> str:
    name = ctypes.create_string_buffer(_NAME_BYTES)
    size = pdfium.FPDFAttachment_GetStringValue(attachment, b"AFRelationship", None, 0)
    if not 0 < size <= _NAME_BYTES:
        return ""
    pdfium.FPDFAttachment_GetStringValue(
        attachment, b"AFRelationship", ctypes.cast(name, ctypes.POINTER(pdfium.FPDF_WCHAR)), size
    )
    return name.raw[:size].decode("utf-16-le", errors="replace").rstrip("\0")


def _appended(parsed: ParsedText, more: ParsedText) -> ParsedText:
    """The text with the pages of another one after its own."""
    if not more.text:
        return parsed
    by, pages = len(parsed.text) + len(PAGE_BREAK), parsed.pages
    return replace(
        parsed,
        text=parsed.text + PAGE_BREAK + more.text,
        page_starts=(*parsed.page_starts, *(start + by for start in more.page_starts)),
        headings=(*parsed.headings, *(Heading(h.level, h.start + by, h.end + by) for h in more.headings)),
        tables=(*parsed.tables, *(table.moved(by) for table in more.tables)),
        gaps=bounded_gaps((*parsed.gaps, *(replace(gap, page=(gap.page or 1) + pages) for gap in more.gaps))),
    )
