"""Detects the encoding of text and decodes it."""

from __future__ import annotations

import codecs
import re
import unicodedata
from itertools import islice

import chardet

from ragapp.errors import ParseError

BYTE_ORDER_MARKS = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)

_UNLIKELY = (
    "cp1006", "cp1125", "cp720", "hp-roman8", "iso8859-3", "iso8859-4", "iso8859-10", "iso8859-13",
    "iso8859-14", "iso8859-16", "johab", "koi8_t", "kz1048", "ptcp154",
)  # fmt: skip
"""Encodings that are hardly ever used, but that short texts in other encodings often fit by chance."""

_WINDOWS_MARKS = re.compile(
    rb"(?<=[A-Za-z])\x92(?=(?:s|t|d|m|re|ve|ll)\b)"  # Don’t
    rb"|(?<![A-Za-z])\x93(?=\w)[\x00-\x7f\x92\x96\x97]*\x94(?![A-Za-z])"  # “Start”
    rb"|(?<= )[\x96\x97](?= )|(?<=\d)[\x96\x97](?=\d)"  # 1939–1945
    rb"|(?<![A-Za-z])[\x80\xa3](?=\d)|(?<=\d)\xb0(?=C\b|F\b|\W|$)"  # £5, 20°C
)
"""Punctuation of cp1252 as it occurs in English. Other encodings have letters at these bytes."""

_SCRIPTS = frozenset({"ARABIC", "ARMENIAN", "CYRILLIC", "GEORGIAN", "GREEK", "HEBREW", "LATIN", "THAI"})
_WORD = re.compile(r"[^\W\d_]+")
_TELLING_LINES = 2000
"""The number of lines that are examined; one or two are usually enough."""


def decode(data: bytes, name: str) -> str:
    """Decodes text by its byte order mark, as UTF-8, or in the most plausible encoding.

    Raises ParseError if no encoding fits.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode(_likeliest(data, name), errors="replace")  # detected from a part of it


def _likeliest(data: bytes, name: str) -> str:
    """The first encoding that fits the lines beyond ASCII and in which no word mixes scripts."""
    telling = b"\n".join(islice((line for line in data.splitlines() if not line.isascii()), _TELLING_LINES))
    if _WINDOWS_MARKS.sub(b"", telling).isascii():  # no letters to detect it by
        return "cp1252"
    found = chardet.detect_all(telling, exclude_encodings=_UNLIKELY, compat_names=False)
    encodings = [one["encoding"] for one in found if one["encoding"]]
    if not encodings:
        raise ParseError(f"{name} is not text in any known encoding. Save it as UTF-8 and add it again.")
    return next(
        (e for e in encodings if not _mixes_scripts(telling.decode(e, errors="replace"))), encodings[0]
    )


def _mixes_scripts(text: str) -> bool:
    """Whether a word mixes scripts, as in `cittа`, which is Italian decoded as Cyrillic."""
    return any(len(_scripts(word)) > 1 for word in _WORD.findall(text) if not word.isascii())


def _scripts(word: str) -> set[str]:
    return {unicodedata.name(letter, "").partition(" ")[0] for letter in word} & _SCRIPTS
