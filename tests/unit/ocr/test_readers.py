"""Every OCR reader, and which one is used."""

from __future__ import annotations

import io
import sys

import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont

from ingest.parse.registry import parse
from ragapp import ocr
from ragapp.errors import ParseError
from ragapp.ocr import OcrReader
from ragapp.ocr.tesseract import Tesseract, program
from tests.printing import Printed, pdf_of

pytestmark = pytest.mark.slow

FIRST, SECOND = "Nets dry on the quay.", "The lighthouse burns oil."
WITHOUT_PROGRAMS = "/nowhere"


@pytest.fixture(scope="module", params=["tesseract", "rapidocr"])
def reader(request: pytest.FixtureRequest) -> OcrReader:
    if request.param == "rapidocr":
        pytest.importorskip("rapidocr")
        from ragapp.ocr.rapid import RapidOcr

        return RapidOcr()
    installed = program()
    if installed is None:
        pytest.skip("Tesseract is not installed")
    return Tesseract(installed, 60)


@pytest.fixture(scope="module")
def page() -> Image.Image:
    """600 x 800 points, the lines 700 and 600 points above its lower edge."""
    data = pdf_of([Printed(60, 700, FIRST, size=24), Printed(60, 600, SECOND, size=24)])
    with pypdfium2.PdfDocument(data) as document:
        drawn: Image.Image = document[0].render(scale=2).to_pil().convert("RGB")
    return drawn


def test_lines_are_in_the_order_of_the_page(reader: OcrReader, page: Image.Image) -> None:
    assert [line for line in reader.text(page)[0].splitlines() if line.strip()] == [FIRST, SECOND]
    assert 0.8 < reader.text(page)[1] <= 1


def test_words_have_boxes(reader: OcrReader, page: Image.Image) -> None:
    words = reader.words(page)
    assert [word.text for word in words] == f"{FIRST} {SECOND}".split()
    for word, height in [(words[0], 700), (words[-1], 600)]:
        assert word.top < 1 - (height + 5) / 800 < word.bottom
    assert words[0].left < words[1].left < words[-1].right < 0.6


def test_an_empty_page_has_no_words(reader: OcrReader) -> None:
    nothing = Image.new("RGB", (300, 300), "white")
    assert reader.text(nothing) == ("", 1.0)
    assert reader.words(nothing) == []


def test_a_picture_of_any_size_can_be_read(reader: OcrReader) -> None:
    assert reader.words(Image.new("L", (9000, 9000), 255)) == []


# -- who reads


def scan(text: str) -> bytes:
    picture, file = Image.new("RGB", (900, 200), "white"), io.BytesIO()
    ImageDraw.Draw(picture).text((30, 60), text, fill="black", font=ImageFont.load_default(48))
    picture.save(file, "PNG")
    return file.getvalue()


def test_tesseract_is_used_when_it_is_installed() -> None:
    if program() is None:
        pytest.skip("Tesseract is not installed")
    found = ocr.reader(60)
    assert found is not None
    assert found.name == "Tesseract"


def test_rapidocr_is_used_without_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rapidocr")
    monkeypatch.setenv("PATH", WITHOUT_PROGRAMS)
    assert parse(scan("Scanned words 2026"), "a.png").text == "Scanned words 2026"


def test_the_error_without_ocr_names_both_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", WITHOUT_PROGRAMS)
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    assert not ocr.available()
    with pytest.raises(ParseError, match=r"install Tesseract .*, or RapidOCR .*ragapp\[ocr\]"):
        parse(scan("x"), "a.png")


def test_a_narrow_picture_takes_no_more_memory_than_another(reader: OcrReader) -> None:
    line = Image.new("RGB", (2000, 5), "white")
    assert reader.text(line)[0].strip() == ""
    assert reader.words(line) == []
