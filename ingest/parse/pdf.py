"""PDF, parsed by pypdfium2, or by pypdf if pdfium cannot open the file."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pypdfium2
import pypdfium2.raw as pdfium
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from ingest.parse.boilerplate import boilerplate
from ingest.parse.hyphens import mend_hyphens
from ingest.parse.mail_message import Parse
from ingest.parse.outline import OutlineEntry, locate_headings
from ingest.parse.pdf_annotations import annotation_lines
from ingest.parse.pdf_attachments import with_attachments
from ingest.parse.pdf_headings import font_headings
from ingest.parse.pdf_letters import letters_are_unknown
from ingest.parse.pdf_ligatures import in_logical_order
from ingest.parse.pdf_lines import PdfLine, Placed, page_lines
from ingest.parse.pdf_pages import pdf_tables
from ingest.parse.pdf_scans import PdfPage, is_scan, read_scans, visible_lines
from ragapp.errors import ParseError
from ragapp.text.builder import PAGE_BREAK
from ragapp.text.clean import clean
from ragapp.types import ParsedText, bounded_gaps

_PLACEHOLDER = re.compile(r"please wait|adobe reader", re.I)
"""What the only page of a dynamic form says."""


@dataclass(frozen=True, slots=True)
class _About:
    """The outline and metadata of a file."""

    outline: Sequence[OutlineEntry] = ()
    title: str = ""
    author: str = ""


def parse_pdf(data: bytes, name: str, password: str | None = None, parse: Parse | None = None) -> ParsedText:
    """Parses a PDF; `password` decrypts it. `parse` reads the files that are embedded in it, if given.

    Raises ParseError if the password is wrong, the file is damaged, or it contains no text.
    """
    document = _open_pdf(data, name, password)
    if document is None:
        return _parse_with_pypdf(data, name, password)
    with document:
        pages, gaps = read_scans(document, [_page(document, at) for at in range(len(document))], name)
        _check_form(document, pages, name)
        outline = [
            OutlineEntry(entry.level + 1, clean(entry.get_title()), destination.get_index())
            for entry in document.get_toc()
            if (destination := entry.get_dest()) is not None
        ]
        about = _About(outline, *(document.get_metadata_value(key) for key in ("Title", "Author")))
        parsed = replace(_assemble(pages, about, name), gaps=bounded_gaps(gaps))
        return with_attachments(parsed, document, len(data), parse) if parse else parsed


def _open_pdf(data: bytes, name: str, password: str | None) -> pypdfium2.PdfDocument | None:
    """Opens the file; None if pdfium cannot. Raises ParseError if the password is missing or wrong."""
    for attempt in dict.fromkeys((None, password)):  # most that are encrypted open without one
        try:
            return pypdfium2.PdfDocument(data, password=attempt)
        except pypdfium2.PdfiumError as error:
            if error.err_code != pdfium.FPDF_ERR_PASSWORD:
                return None
    raise _encrypted(name, password)


def _page(document: pypdfium2.PdfDocument, number: int) -> PdfPage:
    """The lines of a page, and what they lack. A damaged page has none, so that the others are still read."""
    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        return PdfPage((), "part")
    text_page = page.get_textpage()
    text = in_logical_order(text_page, text_page.get_text_range())
    if letters_are_unknown(text_page, text):
        found = PdfPage((), "letters")
    else:
        placed = page_lines(text_page, text)
        lines = visible_lines(page, placed)
        shown = [*lines, *annotation_lines(page, text)]
        found = PdfPage(shown, "picture" if is_scan(page, shown) else None, hides=len(lines) < len(placed))
    text_page.close()
    page.close()
    return found


def _check_form(document: pypdfium2.PdfDocument, pages: Sequence[Sequence[PdfLine]], name: str) -> None:
    """Raises ParseError for a dynamic XFA form, whose pages are made by the program that shows it."""
    if document.get_formtype() != pdfium.FORMTYPE_XFA_FULL:
        return
    if any(_PLACEHOLDER.search(line.text) for page in pages for line in page):
        raise ParseError(
            f"{name} is a dynamic XFA form: it holds no pages, and only Adobe Reader can show it. Open it "
            "there, print it to a new PDF and add that."
        )


def _parse_with_pypdf(data: bytes, name: str, password: str | None) -> ParsedText:
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not (reader.decrypt("") or reader.decrypt(password or "")):
            raise _encrypted(name, password)
        pages = [page.extract_text() for page in reader.pages]
        title = reader.metadata.title if reader.metadata else None
    except PyPdfError as error:
        raise ParseError(
            f"{name} is damaged: {error}. Open it in a PDF viewer and save or print it to a new PDF."
        ) from error
    lines = [[PdfLine.unplaced(line) for line in page.split("\n") if line.strip()] for page in pages]
    return _assemble(lines, _About(title=title or ""), name)


def _assemble(pages: Sequence[Sequence[PdfLine]], about: _About, name: str) -> ParsedText:
    text, page_starts, placed = _joined(pages)
    if not text.strip():
        raise ParseError(
            f"{name} has no text on any page ({len(pages)} in all), and OCR found none. "
            "Check that the pages are not empty."
        )
    skipped = boilerplate(text, page_starts)
    edges = frozenset(start for start, _ in skipped)
    body_lines = [[line for line in page if line[1] not in edges] for page in placed]
    headings = list(locate_headings(text, page_starts, about.outline))
    if not headings:
        headings = list(font_headings([line for page in body_lines for line in page]))
    author = clean(about.author).strip()
    return ParsedText(
        text,
        page_starts,
        tuple(heading for heading in headings if heading.start not in edges),
        clean(about.title).strip() or None,
        {"author": author} if author else {},
        pdf_tables(text, body_lines),
        skipped,
    )


def _joined(pages: Sequence[Sequence[PdfLine]]) -> tuple[str, tuple[int, ...], list[list[Placed]]]:
    """The text, the offsets of its pages, and the position of each line in it."""
    words = iter(mend_hyphens([line.text for page in pages for line in page]))
    parts: list[str] = []
    starts, placed, length = [], list[list[Placed]](), 0
    for number, page in enumerate(pages):
        gap = PAGE_BREAK if number else ""
        parts.append(gap)
        length += len(gap)
        starts.append(length)
        placed.append([])
        for place, line in enumerate(page):
            shown, gap = clean(next(words)).strip(), _gap(place, line)
            parts += [gap, shown]
            start = length + len(gap)
            length = start + len(shown)
            placed[-1].append((line, start, length))
    return "".join(parts), tuple(starts) or (0,), placed


def _gap(place: int, line: PdfLine) -> str:
    if place == 0:
        return ""
    return "\n\n" if line.above else "\n"


def _encrypted(name: str, password: str | None) -> ParseError:
    what = "it needs a password" if password is None else "the given password is wrong"
    return ParseError(
        f"{name} is encrypted: {what}. Save a copy without a password and add that, or have it added on the "
        "command line with `ragapp ingest --password`."
    )
