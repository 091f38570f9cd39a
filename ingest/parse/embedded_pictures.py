"""Pictures inside of documents: screenshots and scans are read by OCR, photographs and icons are not."""

from __future__ import annotations

import hashlib
import io
import re
import time

from PIL import Image, UnidentifiedImageError

from ingest.parse.image import LOW_CONFIDENCE, read_picture
from ragapp import ocr
from ragapp.errors import ParseError
from ragapp.text.builder import TextBuilder

SECONDS = 60.0
"""Time limit for all pictures of a document."""
LEAST_WIDTH, LEAST_HEIGHT = 200, 60
"""Pixels of a picture that can have a line of text. Smaller ones are icons."""
BACKGROUND = 0.4
"""The share of its most frequent shade in a picture of text; photographs have less."""
_WORD = re.compile(r"[^\W\d_]{3}")
_DRAWINGS = (b"\x01\x00\x00\x00", b"\xd7\xcd\xc6\x9a")
_NO_DRAWINGS = "It is a drawing in Windows' own formats (EMF, WMF), which are not read."
_SHADES = 16


class PictureReader:
    """Adds the text of a document's pictures to its text, and notes those that could not be read.

    A picture that occurs several times, such as a logo, is read once.
    """

    def __init__(self, out: TextBuilder) -> None:
        self._out = out
        self._seen: set[bytes] = set()
        self._deadline = time.monotonic() + SECONDS

    def read(self, data: bytes, where: str) -> None:
        """Reads the picture with these bytes. `where` is its name in the reading report."""
        digest = hashlib.sha256(data).digest()
        if digest in self._seen:
            return
        self._seen.add(digest)
        try:
            with Image.open(io.BytesIO(data)) as picture:
                picture.load()
                if may_show_text(picture):
                    self._add_text(picture, where)
        except (OSError, SyntaxError, ValueError, UnidentifiedImageError, Image.DecompressionBombError):
            drawn = data.startswith(_DRAWINGS)
            self._out.gap(
                "picture", where, _NO_DRAWINGS if drawn else "It is damaged or of an unknown format."
            )

    def _add_text(self, picture: Image.Image, where: str) -> None:
        if not ocr.available():
            self._out.gap("picture", where, f"To have its text read, {ocr.HOW_TO_GET}; then add it again.")
            return
        if time.monotonic() > self._deadline:
            self._out.gap("limit", where, "The pictures before it used up the time for reading pictures.")
            return
        try:
            found = read_picture(picture.convert("RGB"), where)
        except ParseError as error:
            self._out.gap("picture", where, str(error))
            return
        lines = _with_words(found.text)
        if lines and found.confidence >= LOW_CONFIDENCE:
            self._out.paragraph(lines)
        elif lines:
            self._out.gap("picture", where, "Its text could not be recognized with any confidence.")


def _with_words(text: str) -> str:
    """The lines that have words, and not only the figures and signs of a diagram."""
    return "\n".join(line for line in text.split("\n") if _WORD.search(line))


def may_show_text(picture: Image.Image) -> bool:
    """Whether the picture is large enough for a line of text, and mostly of one shade, as pages are."""
    if picture.width < LEAST_WIDTH or picture.height < LEAST_HEIGHT:
        return False
    flat = Image.new("RGB", picture.size, "white")
    flat.paste(picture.convert("RGBA"), mask=picture.convert("RGBA").getchannel("A"))
    small = flat.convert("L").resize((128, 128), Image.Resampling.NEAREST)
    counts = small.point(lambda shade: shade * _SHADES // 256).histogram()[:_SHADES]
    return BACKGROUND * sum(counts) <= max(counts) < sum(counts)
