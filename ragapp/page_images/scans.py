"""Where words stand in a picture of text: it is read once more, this time for the places."""

from __future__ import annotations

from PIL import Image

from ragapp import ocr
from ragapp.page_images.alignment import find
from ragapp.page_images.line_boxes import PixelBox, joined_lines
from ragapp.page_images.messages import DrawRequest
from ragapp.types import PageBox


def scanned_boxes(picture: Image.Image, wish: DrawRequest) -> tuple[PageBox, ...]:
    """Of the wanted words; none when nobody is there to read them, fails or takes too long: the page is worth
    seeing without marks, too."""
    reader = ocr.reader(wish.reading_seconds)
    if reader is None or wish.start >= wish.end:
        return ()
    try:
        words = reader.words(picture)
    except OSError:
        return ()
    letters = [(letter, word) for word in words for letter in word.text]
    found = find(wish.text, (wish.start, wish.end), [letter for letter, _ in letters])
    # A word's box is that of each of its letters, so that joined lines hold whole words.
    seen = dict.fromkeys(letters[place][1] for place in found)
    return joined_lines(PixelBox(word.left, word.top, word.right, word.bottom) for word in seen)
