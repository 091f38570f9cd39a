"""Highlights are on the right words: compared with the results of pdfium's own search."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageChops

from ingest.parse.image import parse_image
from ingest.parse.pdf import parse_pdf
from ragapp import ocr
from ragapp.errors import ParseError
from ragapp.page_images.messages import DrawRequest, unpacked
from ragapp.page_images.pictures import INK
from ragapp.page_images.worker import draw
from ragapp.sandbox import SandboxRequest
from ragapp.types import PageBox, PageImage
from tests.printing import PageSize, Printed, pdf_of, printed_at

SAMPLE = Path(__file__).parents[3] / "ragapp" / "samples" / "amazon-rainforest.pdf"

COLUMNS = [
    Printed(50, 700, "Herons fish at dusk in the"),
    Printed(50, 680, "shallow basin of the inter-"),
    Printed(50, 660, "national harbour of Varn."),
    Printed(330, 700, "The lighthouse was built in"),
    Printed(330, 680, "1862 by Ada Thornton. It"),
    Printed(330, 660, "stands on the northern pier."),
]
LAST_WORDS = [Printed(50, 100, "international matters are discussed here.")]

NEAR = 0.012
"""The tolerance as a share of a page's side: boxes include the ascent and descent of letters."""


def drawn(data: bytes, words: str, page: int = 1) -> PageImage:
    """The page with the first occurrence of `words` marked, from the text that is stored of this PDF."""
    parsed = parse_pdf(data, "a.pdf")
    start = parsed.page_starts[page - 1]
    end = parsed.page_starts[page] - 1 if page < parsed.pages else len(parsed.text)
    text = parsed.text[start:end]
    at = text.index(words)
    return ordered(data, DrawRequest(page, text, at, at + len(words)))


def ordered(data: bytes, wish: DrawRequest, name: str = "a.pdf") -> PageImage:
    return unpacked(draw(data, SandboxRequest("", name, "", "", json.dumps(asdict(wish)))))


def covers(box: PageBox, words: PageBox) -> bool:
    """The box holds the words, and little besides."""
    return (
        box.left == pytest.approx(words.left, abs=NEAR)
        and box.left + box.width == pytest.approx(words.left + words.width, abs=NEAR)
        and box.top <= words.top + 0.002
        and box.top + box.height >= words.top + words.height - 0.002
        and box.height <= 3 * words.height
    )


def test_words_of_a_real_document_are_highlighted_line_by_line() -> None:
    data = SAMPLE.read_bytes()
    lines = ["majority of the forest is contained within Brazil,", "with 60% of the rainforest"]
    image = drawn(data, "\n".join(lines))
    assert len(image.boxes) == len(lines)
    for box, words in zip(image.boxes, lines, strict=True):
        assert covers(box, printed_at(data, words))


def test_only_words_of_their_own_column_are_highlighted() -> None:
    data = pdf_of(COLUMNS, LAST_WORDS)
    image = drawn(data, "built in\n1862 by Ada Thornton.")
    assert len(image.boxes) == 2
    assert covers(image.boxes[0], printed_at(data, "built in"))
    assert covers(image.boxes[1], printed_at(data, "1862 by Ada Thornton."))


def test_a_hyphenated_word_is_highlighted_on_both_lines() -> None:
    data = pdf_of(COLUMNS, LAST_WORDS)
    image = drawn(data, "international harbour")
    assert len(image.boxes) == 2
    assert covers(image.boxes[0], printed_at(data, "inter"))
    assert covers(image.boxes[1], printed_at(data, "national harbour"))


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (30, 400, 330, 750)], ids=["whole", "cropped"])
def test_the_box_follows_a_rotated_or_cropped_page(rotate: int, crop: PageSize | None) -> None:
    words = "northern" if crop is None else "basin"
    flat = printed_at(pdf_of(COLUMNS, LAST_WORDS), words)
    image = drawn(pdf_of(COLUMNS, LAST_WORDS, crop=crop, rotate=rotate), words)
    (box,) = image.boxes
    assert overlap(box, turned(cropped(flat, crop), rotate)) > 0.5
    assert inked(image) == pytest.approx(edges(image.boxes), abs=NEAR)


def cropped(box: PageBox, crop: PageSize | None) -> PageBox:
    left, bottom, right, top = crop or (0, 0, 600, 800)
    width, height = right - left, top - bottom
    return PageBox(
        (box.left * 600 - left) / width,
        (box.top * 800 - (800 - top)) / height,
        box.width * 600 / width,
        box.height * 800 / height,
    )


def turned(box: PageBox, rotate: int) -> PageBox:
    """Clockwise, as /Rotate says."""
    for _ in range(rotate // 90):
        box = PageBox(1 - box.top - box.height, box.left, box.height, box.width)
    return box


def overlap(one: PageBox, other: PageBox) -> float:
    """Shared area over the smaller one's."""
    across = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    down = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
    smaller = min(one.width * one.height, other.width * other.height)
    return max(across, 0) * max(down, 0) / smaller


def edges(boxes: Iterable[PageBox]) -> tuple[float, float, float, float]:
    all_of = list(boxes)
    return (
        min(box.left for box in all_of),
        min(box.top for box in all_of),
        max(box.left + box.width for box in all_of),
        max(box.top + box.height for box in all_of),
    )


def inked(image: PageImage) -> tuple[float, float, float, float]:
    """The edges of all that is yellow in the picture itself, in fractions of it."""
    picture = Image.open(io.BytesIO(image.png)).convert("RGB")
    ink = ImageChops.difference(picture, Image.new("RGB", picture.size, INK))
    yellow = ink.convert("L").point(lambda away: 255 * (away < 8))
    found = yellow.getbbox()
    assert found is not None, "nothing is marked"
    left, top, right, bottom = found
    return left / image.width, top / image.height, right / image.width, bottom / image.height


def test_a_page_without_cited_words_is_drawn_without_highlights() -> None:
    image = ordered(pdf_of(COLUMNS), DrawRequest(1))
    assert image.boxes == ()
    assert Image.open(io.BytesIO(image.png)).size == (image.width, image.height)


def test_an_endless_page_is_drawn_small() -> None:
    image = ordered(pdf_of(COLUMNS, media=(0, 0, 14_000, 200)), DrawRequest(1))
    assert max(image.width, image.height) <= 3000


def test_each_frame_of_a_picture_is_a_page() -> None:
    file = io.BytesIO()
    first, second = Image.new("RGB", (40, 20), "red"), Image.new("RGB", (40, 20), "blue")
    first.save(file, "TIFF", save_all=True, append_images=[second])
    shown = Image.open(io.BytesIO(ordered(file.getvalue(), DrawRequest(2), "a.tiff").png))
    assert shown.getpixel((5, 5)) == (0, 0, 255)
    with pytest.raises(ParseError, match="has no page 3"):
        ordered(file.getvalue(), DrawRequest(3), "a.tiff")


@pytest.mark.parametrize("data", [b"%PDF-1.7 and then nothing", b"\x89PNG\r\n\x1a\n and then nothing"])
def test_a_damaged_file_is_a_parse_error(data: bytes) -> None:
    with pytest.raises(ParseError, match="cannot be drawn"):
        ordered(data, DrawRequest(1))


@pytest.mark.skipif(not ocr.available(), reason="nobody is there to read pictures")
def test_words_of_a_scan_are_highlighted() -> None:
    printed = [
        Printed(60, 700, "Nets dry on the quay.", size=24),
        Printed(60, 600, "The lighthouse burns oil.", size=24),
    ]
    data = pdf_of(printed)
    with pypdfium2.PdfDocument(data) as document:
        scan = document[0].render(scale=2).to_pil().convert("RGB")
    file = io.BytesIO()
    scan.save(file, "PNG")
    words = "lighthouse burns oil."
    text = parse_image(file.getvalue(), "scan.png").text
    at = text.index(words)
    image = ordered(file.getvalue(), DrawRequest(1, text, at, at + len(words)), "scan.png")
    (box,) = image.boxes
    assert overlap(box, printed_at(data, words)) > 0.9

    pages = io.BytesIO()
    scan.save(pages, "PDF", resolution=144)
    text = parse_pdf(pages.getvalue(), "scan.pdf").text
    at = text.index(words)
    (again,) = ordered(pages.getvalue(), DrawRequest(1, text, at, at + len(words))).boxes
    assert overlap(again, box) > 0.9
