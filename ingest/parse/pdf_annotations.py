"""Text annotations of PDF pages: the values of form fields, and text notes."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.parse.pdf_lines import PdfLine

_KEYS = {pdfium.FPDF_ANNOT_FREETEXT: b"Contents", pdfium.FPDF_ANNOT_WIDGET: b"V"}
"""The keys of the visible text of each kind of annotation."""


def annotation_lines(page: pypdfium2.PdfPage) -> Iterator[PdfLine]:
    """The lines of the annotations in the order of the file, without check boxes, which have no text."""
    for index in range(pdfium.FPDFPage_GetAnnotCount(page)):
        with _open_annotation(page, index) as annotation:
            key = _KEYS.get(pdfium.FPDFAnnot_GetSubtype(annotation))
            words = _string(annotation, key) if key else ""
        for line in words.splitlines():
            if line.strip():
                yield PdfLine.unplaced(line, above=True)


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
