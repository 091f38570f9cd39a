"""The codes that a text states: part numbers, identifiers, flags, paths, single capital letters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ragapp.answering.values import Value
from ragapp.units import SHORT_SCALES, unit_of

_TOKEN = re.compile(r"[^\s\"“”„«»()\[\]{}|…;!]+")
_EDGE_MARKS = "`*'’‘.,:?"
_SIZED = re.compile(
    r"[~<>≥≤±]?[-−+]?[$€£¥]?\d+(?:[.,:/]\d+)*(?:[-–—][$€£¥]?\d+(?:[.,:]\d+)*)?(?P<tail>.*)", re.DOTALL
)
_TAIL = re.compile(r"(?:[-–]?[%‰°]?[^\W\d_]*[²³]?)(?:/[^\W\d_]+[²³]?)?(?:-[^\W\d_]+)*")
_PREFIXED = re.compile(
    r"(?:mid|pre|post|under|over|sub|late|early|circa|ca|non|age|day|year)-\d\S*", re.IGNORECASE
)
_SIGNED = re.compile(r"(?:--?[^\W\d]|\$[^\W\d]|/[^\W\d]|~/|\.[^\W\d]|@[^\W\d]|#\w)")
_DOTTED = re.compile(r"\b(?:[^\W\d]\w+\.)+[^\W\d]\w+")
_LETTER = re.compile(r"(?<=\w )[A-Z](?!\w|[+#'’]|\. ?[A-Z])")
_LANGUAGE = re.compile(r"[A-Za-z]{1,2}(?:\+\+|#)")


def read_codes(text: str) -> Iterator[Value]:
    for match in _TOKEN.finditer(text):
        token = match.group()
        start = (
            match.start()
            + len(token)
            - len(token.lstrip(_EDGE_MARKS if token[:1] != "." else _EDGE_MARKS[:-4]))
        )
        bare = token[start - match.start() :].rstrip(_EDGE_MARKS)
        for ending in ("'s", "’s"):
            bare = bare.removesuffix(ending)
        if _OPERATOR.fullmatch(token):
            yield _code(token, match.start())
        elif _is_code(bare):
            yield _code(bare, start)
    for match in _LETTER.finditer(text):
        if match.group() != "I":
            yield _code(match.group(), match.start())


def _code(token: str, start: int) -> Value:
    return Value("code", start, start + len(token), frozenset({(token.casefold(), "code")}))


def _is_code(token: str) -> bool:
    """Whether a token names one thing by its exact spelling, and is neither word nor number."""
    if len(token) > _LONGEST_CODE:
        return False
    if (
        _OPERATOR.fullmatch(token)
        or _LANGUAGE.fullmatch(token)
        or _SIGNED.match(token)
        or _DOTTED.fullmatch(token)
    ):
        return True
    if any(mark in token for mark in ("_", "::", "@", "://")):
        return any(map(str.isalnum, token))
    if _SERIAL.fullmatch(token):
        return True
    mixed = any(map(str.isdecimal, token)) and any(map(str.isalpha, token))
    return mixed and not _is_number(token) and unit_of(token) is None


_OPERATOR = re.compile(r"[?&|=<>+*/%^~]{2,3}|[!]=")
_SERIAL = re.compile(r"\b\d+(?:[./-]\d+){2,}")
"""Digits in three groups or more: 0090.3312/7, 10.0.0.1, 978-3-16."""
_LONGEST_CODE = 80


def _is_number(token: str) -> bool:
    """A number with what is written at it: 118m, 25-year-old, 10-20, $4.2m, mid-1990s, 60,000-strong."""
    if _PREFIXED.fullmatch(token):
        return True
    sized = _SIZED.fullmatch(token)
    if sized is None:
        return False
    tail = sized["tail"]
    if not _TAIL.fullmatch(tail):
        return False
    capitals = sum(map(str.isupper, tail))
    return not capitals or unit_of(tail) is not None or tail in SHORT_SCALES or len(tail) > 3
