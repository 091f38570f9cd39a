"""Images and scans; each frame of a TIFF is a page."""

from __future__ import annotations

import io

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
                out.paragraph(read_picture(ImageOps.exif_transpose(frame), name))
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise damaged(name, error) from error
    parsed = out.build()
    if not parsed.text.strip():
        raise ParseError(f"{name} is an image in which no text was found. Add a sharper or larger copy.")
    return parsed


SECONDS = 60
"""Time limit for a page; most pages take 1 to 9 seconds."""


def read_picture(picture: Image.Image, name: str) -> str:
    """The text of an image, line by line; empty if it shows none.

    Raises ParseError if no OCR program is installed, or if it fails or takes longer than `SECONDS`.
    """
    reader = ocr.reader(SECONDS)
    if reader is None:
        raise ParseError(f"{name} is an image. To read its text, {ocr.HOW_TO_GET}, and add it again.")
    try:
        text = reader.text(picture)
    except OSError as error:
        raise ParseError(f"{name} could not be read by {reader.name}: {error}.") from error
    return clean(text).replace("\f", "").strip()
