"""Detects the encoding of text and decodes it."""

from __future__ import annotations

import codecs
import re
import unicodedata
from itertools import islice

import chardet

from ragapp.errors import ParseError

_SEEN = 4096
_FEWEST_PAIRS = 8
_LATIN = 0.7
"""The share of letters up to U+00FF from which a text without a mark is taken for UTF-16."""

_ODD = re.compile(rb"[\x01-\x08\x0e-\x1f\x7f]")
"""Bytes that no text has for a letter."""

_BASE64 = re.compile(
    r"(?:data:[\w.+/;=-]{0,100};base64,)?"
    r"(?P<data>(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{200,}+"
    r"|(?:[A-Za-z0-9+/]{57,76}[ \t]*\r?\n[ \t]*){4,}+[A-Za-z0-9+/]*+)={0,2})"
)

BYTE_ORDER_MARKS = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
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

    Binary data that is written as base64 is left out: nobody reads it. Raises ParseError if no encoding fits.
    """
    return without_binary_data(_decoded(data, name))


def _decoded(data: bytes, name: str) -> str:
    if data.startswith(codecs.BOM_UTF8):
        return data.decode("utf-8-sig", errors="replace")
    if wide := wide_encoding(data[:_SEEN]):
        return data.decode(wide, errors="replace").removeprefix("\ufeff")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode(_likeliest(data, name), errors="replace")  # detected from a part of it


def wide_encoding(head: bytes) -> str | None:
    """The UTF-16 or UTF-32 of a text, by its mark or by the NUL bytes of its Latin letters; None if it is
    neither."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return encoding
    pairs = head[: len(head) // 2 * 2]
    if len(pairs) < _FEWEST_PAIRS * 2:
        return None
    for odd, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        nuls, others = pairs[odd::2].count(0), pairs[1 - odd :: 2].count(0)
        if nuls >= _LATIN * len(pairs) / 2 and not others and _ODD.search(pairs[1 - odd :: 2]) is None:
            return encoding
    return None


def without_binary_data(text: str) -> str:
    """The text without long runs of base64, such as pictures inside a Markdown or JSON file."""
    return _BASE64.sub(lambda found: "" if _is_binary(found["data"]) else found.group(), text)


def _is_binary(run: str) -> bool:
    """Whether a run has letters of both cases and digits mixed, unlike a sequence of genes or a long word."""
    sample = run[:_SEEN]
    kinds = (str.isupper, str.islower, str.isdigit)
    return all(any(map(is_of_kind, sample)) for is_of_kind in kinds)


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
