"""Pictures and scans; each frame of a TIFF is a page."""

from __future__ import annotations

import io

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from ingest.parse.builder import TextBuilder
from ingest.parse.clean import clean
from ingest.parse.zip_xml import damaged
from ragapp import ocr
from ragapp.errors import ParseError
from ragapp.types import ParsedText


def parse_image(data: bytes, name: str) -> ParsedText:
    """Raises ParseError when it is damaged, shows no text, or no OCR program is installed."""
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
        raise ParseError(f"{name} is a picture in which no text was found.")
    return parsed


SECONDS = 60
"""What one page may take; usual ones take 1 to 9."""


def read_picture(picture: Image.Image, name: str) -> str:
    """The text of a picture, its lines as they stand; empty when it shows none.

    Raises ParseError when nobody is there to read it, fails, or takes longer than `SECONDS`.
    """
    reader = ocr.reader(SECONDS)
    if reader is None:
        raise ParseError(f"{name} is a picture of text. To have it read {ocr.HOW_TO_GET}, and add it again.")
    try:
        text = reader.text(picture)
    except OSError as error:
        raise ParseError(f"{name} could not be read by {reader.name}: {error}.") from error
    return clean(text).replace("\f", "").strip()
