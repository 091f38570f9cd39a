"""OCR: by Tesseract if it is installed, otherwise by RapidOCR if that is."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

from ragapp.ocr.reader import DPI, MAX_SIDE, OcrReader, Word
from ragapp.ocr.tesseract import Tesseract, program

__all__ = ["DPI", "HOW_TO_GET", "MAX_SIDE", "OcrReader", "Word", "available", "reader"]

HOW_TO_GET = (
    "whoever runs ragapp can install Tesseract (`apt install tesseract-ocr`, `brew install tesseract`), or "
    "RapidOCR (`pip install 'ragapp[ocr]'`)"
)


def available() -> bool:
    return program() is not None or find_spec("rapidocr") is not None


def reader(seconds: float) -> OcrReader | None:
    """The reader that is installed, or None. Tesseract may take up to `seconds` for each picture.

    Prefers Tesseract, which is five times as fast and recognizes columns.
    """
    installed = program()
    if installed is not None:
        return Tesseract(installed, seconds)
    return _rapid() if available() else None


@cache  # loads its models once in each process
def _rapid() -> OcrReader:
    from ragapp.ocr.rapid import RapidOcr  # noqa: PLC0415  heavy, and rarely needed

    return RapidOcr()
