"""Images and scans; each frame of a TIFF is a page."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from ingest.parse.zip_xml import damaged
from ragapp import ocr
from ragapp.errors import ParseError
from ragapp.text.builder import TextBuilder
from ragapp.text.clean import clean
from ragapp.types import ParsedText


def parse_image(data: bytes, name: str) -> ParsedText:
    """Reads an image by OCR.

    Raises ParseError if it is damaged or shows no text, or if no OCR program is installed.
    """
    out = TextBuilder()
    try:
        with Image.open(io.BytesIO(data)) as picture:
            for number, frame in enumerate(ImageSequence.Iterator(picture)):
                if number:
                    out.page()
                found = read_picture(ImageOps.exif_transpose(frame), name)
                out.paragraph(found.text)
                if found.text and found.confidence < LOW_CONFIDENCE:
                    out.gap("uncertain", f"picture {number + 1}", found.doubt)
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise damaged(name, error) from error
    parsed = out.build()
    if not parsed.text.strip():
        raise ParseError(f"{name} is an image in which no text was found. Add a sharper or larger copy.")
    return parsed


SECONDS = 60
"""Time limit for a page; most pages take 1 to 9 seconds."""


LOW_CONFIDENCE = 0.6
"""Of a page, as the OCR program estimates it. Clear print has 0.9 and more."""


@dataclass(frozen=True, slots=True)
class Recognized:
    """Text that OCR found, line by line, and how sure the program is of it, from 0 to 1."""

    text: str
    confidence: float

    @property
    def doubt(self) -> str:
        return (
            f"The text was recognized with a confidence of {self.confidence:.0%}, so words may be wrong. "
            "A sharper scan is read better."
        )


def read_picture(picture: Image.Image, name: str) -> Recognized:
    """The text of an image; empty if it shows none.

    Raises ParseError if no OCR program is installed, or if it fails or takes longer than `SECONDS`.
    """
    reader = ocr.reader(SECONDS)
    if reader is None:
        raise ParseError(f"{name} is an image. To have its text read, {ocr.HOW_TO_GET}; then add it again.")
    try:
        text, confidence = reader.text(picture)
    except OSError as error:
        raise ParseError(f"{name} could not be read by {reader.name}: {error}.") from error
    return Recognized(clean(text).replace("\f", "").strip(), confidence)
