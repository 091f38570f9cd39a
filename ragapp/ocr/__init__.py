"""Reading pictures of text: by Tesseract where it is installed, else by RapidOCR where that is."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

from ragapp.ocr.reader import DPI, LONGEST, Reader, Word
from ragapp.ocr.tesseract import Tesseract, program

__all__ = ["DPI", "HOW_TO_GET", "LONGEST", "Reader", "Word", "available", "reader"]

HOW_TO_GET = (
    "install Tesseract (`apt install tesseract-ocr`, `brew install tesseract`), or RapidOCR "
    "(`pip install 'ragapp[ocr]'`)"
)


def available() -> bool:
    return program() is not None or find_spec("rapidocr") is not None


def reader(seconds: float) -> Reader | None:
    """Who reads, for up to `seconds` a picture as far as it can be stopped; None when neither is there.

    Tesseract first: it is five times as fast, and knows columns.
    """
    installed = program()
    if installed is not None:
        return Tesseract(installed, seconds)
    return _rapid() if available() else None


@cache  # its models are loaded once in a process
def _rapid() -> Reader:
    from ragapp.ocr.rapid import RapidOcr  # noqa: PLC0415  heavy, and seldom needed

    return RapidOcr()
