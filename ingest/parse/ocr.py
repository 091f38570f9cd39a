"""The words of pictures of text."""

from __future__ import annotations

import subprocess

from PIL import Image

from ingest.parse.clean import clean
from ragapp import tesseract
from ragapp.errors import ParseError

SECONDS = 60
"""What one page may take; usual ones take 5 to 9."""


def available() -> bool:
    return tesseract.program() is not None


def read_picture(picture: Image.Image, name: str) -> str:
    """The text of a picture, its lines as they stand; empty when it shows none.

    Raises ParseError when Tesseract is not installed, fails, or takes longer than `SECONDS`.
    """
    program = tesseract.program()
    if program is None:
        raise ParseError(
            f"{name} is a picture of text. To have it read install Tesseract (`apt install tesseract-ocr`, "
            "`brew install tesseract`) and add it again."
        )
    try:
        text = tesseract.read(program, picture, "txt", SECONDS)
    except (subprocess.SubprocessError, OSError) as error:
        raise ParseError(f"{name} could not be read by Tesseract: {error}.") from error
    return clean(text).replace("\f", "").strip()
