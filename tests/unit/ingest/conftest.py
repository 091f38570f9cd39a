"""What tests of parsers share."""

from __future__ import annotations

import sys

import pytest


@pytest.fixture
def no_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither Tesseract nor RapidOCR is found."""
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setitem(sys.modules, "rapidocr", None)
