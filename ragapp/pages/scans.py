"""Where words stand in a picture of text: Tesseract reads it once more, this time for the places."""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Iterator

from PIL import Image

from ragapp import tesseract
from ragapp.pages.align import find
from ragapp.pages.lines import Box, joined_lines
from ragapp.pages.wishes import Wish
from ragapp.types import PageBox

_WORD = "5"
"""The level of a word in Tesseract's table, below page, block, paragraph and line."""


def scanned_boxes(picture: Image.Image, wish: Wish) -> tuple[PageBox, ...]:
    """Of the wanted words; none when Tesseract is not installed, fails or takes too long: the page is worth
    seeing without marks, too."""
    program = tesseract.program()
    if program is None or wish.start >= wish.end:
        return ()
    try:
        table = tesseract.read(program, picture, "tsv", wish.reading_seconds)
    except (subprocess.SubprocessError, OSError):
        return ()
    words = list(_words(table, picture.size))
    letters = [(letter, box) for word, box in words for letter in word]
    found = find(wish.text, (wish.start, wish.end), [letter for letter, _ in letters])
    # A word's box is that of each of its letters, so that joined lines hold whole words.
    return joined_lines(dict.fromkeys(letters[place][1] for place in found))


def _words(table: str, size: tuple[int, int]) -> Iterator[tuple[str, Box]]:
    width, height = size
    for row in csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["level"] == _WORD:
            left, top = int(row["left"]) / width, int(row["top"]) / height
            right, bottom = left + int(row["width"]) / width, top + int(row["height"]) / height
            yield row["text"], Box(left, top, right, bottom)
