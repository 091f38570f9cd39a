"""PDF: pypdfium2 reads it; what pdfium will not open, pypdf may."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

import pypdfium2
import pypdfium2.raw as pdfium
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from ingest.parse.clean import clean
from ingest.parse.hyphens import mend_hyphens
from ingest.parse.outline import OutlineEntry, locate_headings
from ingest.parse.pages import join_pages
from ragapp.errors import ParseError
from ragapp.types import ParsedText


def parse_pdf(data: bytes, name: str) -> ParsedText:
    """Raises ParseError when it is encrypted, damaged, or holds no text."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise _encrypted(name) from None
        return _parse_with_pypdf(data, name)
    with document:
        raw_pages = [_page_text(document, number) for number in range(len(document))]
        outline = [
            OutlineEntry(entry.level + 1, clean(entry.get_title()), destination.get_index())
            for entry in document.get_toc()
            if (destination := entry.get_dest()) is not None
        ]
        title = document.get_metadata_value("Title")
    return _assemble(raw_pages, outline, title, name)


def _page_text(document: pypdfium2.PdfDocument, number: int) -> str:
    """Empty when that one page is damaged: the others are still worth reading."""
    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        return ""
    text_page = page.get_textpage()
    text: str = text_page.get_text_range()
    text_page.close()
    page.close()
    return text


def _parse_with_pypdf(data: bytes, name: str) -> ParsedText:
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise _encrypted(name)
        pages = [page.extract_text() for page in reader.pages]
        title = reader.metadata.title if reader.metadata else None
    except PyPdfError as error:
        raise ParseError(
            f"{name} is damaged: {error}. Open it in a PDF viewer and save or print it to a new PDF."
        ) from error
    return _assemble(pages, [], title or "", name)


def _assemble(raw_pages: Sequence[str], outline: Sequence[OutlineEntry], title: str, name: str) -> ParsedText:
    pages = [re.sub(r" +$", "", clean(page), flags=re.M).rstrip() for page in mend_hyphens(raw_pages)]
    if not any(page.strip() for page in pages):
        raise ParseError(
            f"{name} has no text on any page ({len(pages)} in all), as scans have none. Scans cannot be read "
            "yet; run OCR on it (`ocrmypdf IN OUT`) and add the result."
        )
    text, page_starts = join_pages(pages)
    headings = tuple(locate_headings(text, page_starts, outline))
    return ParsedText(text, page_starts, headings, clean(title).strip() or None)


def _encrypted(name: str) -> ParseError:
    return ParseError(f"{name} is encrypted: it needs a password. Save a copy without one and add that.")
