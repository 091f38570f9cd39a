"""The logical order of the ligature lam-alef, which pdfium reverses like the letters around it."""

from __future__ import annotations

import ctypes
import re

import pypdfium2
import pypdfium2.raw as pdfium

_REVERSED = re.compile(r"[\u0622\u0623\u0625\u0627\u0671]\u0644")
"""An alef and a lam, which may be the letters of a word, or the ligature of lam and alef."""


def in_logical_order(page: pypdfium2.PdfTextPage, text: str) -> str:
    """The `text` of the page, with the letters of each lam-alef in the order in which they are read.

    The ligature is one sign of the font, so both of its letters have the same place on the page.
    """
    parts: list[str] = []
    done = units = 0  # pdfium counts UTF-16 units
    for pair in _REVERSED.finditer(text):
        before = text[done : pair.start()]
        units += len(before.encode("utf-16-le", "surrogatepass")) // 2
        index = pdfium.FPDFText_GetCharIndexFromTextIndex(page, units)
        same = _place(page, index) == _place(page, index + 1)
        parts += [before, pair[0][::-1] if same else pair[0]]
        units += 2
        done = pair.end()
    return "".join((*parts, text[done:]))


def _place(page: pypdfium2.PdfTextPage, index: int) -> tuple[float, float]:
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(page, index, x, y)
    return x.value, y.value
