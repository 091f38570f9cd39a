"""Pictures and scans; each frame of a TIFF is a page."""

from __future__ import annotations

import io

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from ingest.parse.archive import damaged
from ingest.parse.builder import TextBuilder
from ingest.parse.ocr import read_picture
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
