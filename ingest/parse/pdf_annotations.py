"""Text annotations of PDF pages: the values of form fields, text on the page, and readers' comments."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.parse.pdf_lines import PdfLine

_SHOWN = {pdfium.FPDF_ANNOT_FREETEXT: b"Contents", pdfium.FPDF_ANNOT_WIDGET: b"V"}
"""The keys of the text that the page shows, for each kind of annotation."""
_COMMENTS = frozenset(
    {
        pdfium.FPDF_ANNOT_TEXT, pdfium.FPDF_ANNOT_HIGHLIGHT, pdfium.FPDF_ANNOT_UNDERLINE,
        pdfium.FPDF_ANNOT_SQUIGGLY, pdfium.FPDF_ANNOT_STRIKEOUT, pdfium.FPDF_ANNOT_CARET,
        pdfium.FPDF_ANNOT_STAMP, pdfium.FPDF_ANNOT_INK, pdfium.FPDF_ANNOT_LINE, pdfium.FPDF_ANNOT_SQUARE,
        pdfium.FPDF_ANNOT_CIRCLE, pdfium.FPDF_ANNOT_POLYGON, pdfium.FPDF_ANNOT_POLYLINE,
    }
)  # fmt: skip
"""Annotations whose text is a comment, which viewers show in a window beside the page."""
_HIDDEN = pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW


def annotation_lines(page: pypdfium2.PdfPage, text: str) -> Iterator[PdfLine]:
    """The lines of the annotations in the order of the file, without check boxes, which have no text.

    `text` is that of the page. Comments that only repeat a part of it, as some programs do, are left out.
    """
    for index in range(pdfium.FPDFPage_GetAnnotCount(page)):
        with _open_annotation(page, index) as annotation:
            words = _words(annotation, text)
        for line in words.splitlines():
            if line.strip():
                yield PdfLine.unplaced(line, above=True)


def _words(annotation: pdfium.FPDF_ANNOTATION, text: str) -> str:
    kind = pdfium.FPDFAnnot_GetSubtype(annotation)
    if kind in _SHOWN:
        return _string(annotation, _SHOWN[kind])
    if kind not in _COMMENTS or pdfium.FPDFAnnot_GetFlags(annotation) & _HIDDEN:
        return ""
    comment = _string(annotation, b"Contents").strip()
    repeats = " ".join(comment.split()) in " ".join(text.split())
    return "" if repeats else f"Comment: {comment}"


@contextmanager
def _open_annotation(page: pypdfium2.PdfPage, index: int) -> Iterator[pdfium.FPDF_ANNOTATION]:
    annotation = pdfium.FPDFPage_GetAnnot(page, index)
    try:
        yield annotation
    finally:
        pdfium.FPDFPage_CloseAnnot(annotation)


def _string(annotation: pdfium.FPDF_ANNOTATION, key: bytes) -> str:
    """The string at a key; empty if it is missing or a name."""
    if pdfium.FPDFAnnot_GetValueType(annotation, key) != pdfium.FPDF_OBJECT_STRING:
        return ""
    size = pdfium.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDFAnnot_GetStringValue(
        annotation, key, ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), size
    )
    return buffer.raw.decode("utf-16-le", errors="replace").rstrip("\0")
