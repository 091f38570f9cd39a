"""Tells whether the letters of a PDF page can be told from its fonts."""

from __future__ import annotations

import re
import unicodedata

import pypdfium2
import pypdfium2.raw as pdfium

FEWEST = 5
"""Visible characters of a page that is judged."""
MOST_STRANGE = 0.3
"""The share of characters without a meaning. Pages with bullets and formulas have fewer."""
MOST_UNMAPPED = 0.5
"""The share of characters whose font names no letter for them. pdfium guesses these, often correctly."""
SAMPLE = 50
"""Characters that are asked about; each takes a microsecond."""
MOST_OF_A_WORD = 0.7
"""The share of letters in a word; the others are punctuation."""
FEWEST_LATIN = 100
LEAST_COMMON = 0.38
"""The share of the letters e, a, i, n, r, s, t and o in a text of Latin letters: about 0.63 in any language,
more than 0.4 on each of 1,471 pages of public PDFs, and 0.3 where letters are mixed up."""
_COMMON = "eainrsto"
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_OTHER = re.compile(r"[^\t\n\r\x20-\x7e\u00a0-\u024f]")
_STRANGE = frozenset({"Co", "Cn", "Cc"})
_HYPHEN = "\ufffe"
"""What pdfium gives for the hyphen of a divided word."""


def letters_are_unknown(page: pypdfium2.PdfTextPage, text: str) -> bool:
    """Whether the `text` of the page is not what it shows, because its fonts do not name their letters."""
    visible = sum(map(len, text.split()))
    if visible < FEWEST:
        return False
    if sum(map(_is_strange, _OTHER.findall(text))) >= MOST_STRANGE * visible or _is_mixed_up(text):
        return True
    return _unmapped(page) >= MOST_UNMAPPED and not _is_wordlike(text)


def _is_strange(letter: str) -> bool:
    return letter == "\ufffd" or (letter != _HYPHEN and unicodedata.category(letter) in _STRANGE)


def _is_mixed_up(text: str) -> bool:
    """Formulas and abbreviations are not counted."""
    words = "".join(_LONG_WORD.findall(text))
    latin = len(words) if words.isascii() else len(_LATIN.findall(words))
    if latin < FEWEST_LATIN:
        return False
    plain = unicodedata.normalize("NFD", words).lower()
    return sum(map(plain.count, _COMMON)) < LEAST_COMMON * latin


def _is_wordlike(text: str) -> bool:
    """Whether half of the words are digits, or mostly letters, among them a vowel if they are Latin."""
    words = text.split()
    known = sum(1 for word in words if word.isdigit() or _can_be_said(word))
    return 2 * known >= len(words)


def _can_be_said(word: str) -> bool:
    letters = unicodedata.normalize("NFD", "".join(filter(str.isalpha, word))).lower()
    if len(letters) < MOST_OF_A_WORD * len(word):
        return False
    return not _LATIN.match(letters) or any(vowel in letters for vowel in "aeiouy")


def _unmapped(page: pypdfium2.PdfTextPage) -> float:
    """The share of characters, of a sample, whose font does not say which letters they are."""
    count = page.count_chars()
    places = range(0, count, max(1, count // SAMPLE))
    return sum(1 for place in places if pdfium.FPDFText_HasUnicodeMapError(page, place) == 1) / len(places)
