"""The words of pictures of text."""

from __future__ import annotations

from PIL import Image

from ingest.parse.clean import clean
from ragapp import ocr
from ragapp.errors import ParseError

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
