"""Finds the values that a text states: dates, codes and numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ragapp.answering.groundedness.numbers import read_numbers, read_ordinals
from ragapp.answering.groundedness.values import Value, bound_of
from ragapp.text.units import SHORT_SCALES, unit_of

_MONTHS = (
    "January February March April May June July August September October November December "
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
)
MONTHS = tuple(_MONTHS.split())
_MONTH_NUMBERS = {month: place % 12 + 1 for place, month in enumerate(MONTHS)} | {"Sept": 9}
_MONTH = rf"(?P<month>{'|'.join(_MONTH_NUMBERS)})\b\.?"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>[12]\d{3})"
_WRITTEN_DATES = tuple(
    re.compile(rf"(?<![\w.,/-]){form}(?![\w/-])")
    for form in (
        rf"{_YEAR}-(?P<number>[01]\d)-{_DAY}",
        rf"{_DAY}(?P<mark>[./])(?P<number>[01]?\d)(?P=mark){_YEAR}",
        rf"{_DAY}(?: of)? {_MONTH},? {_YEAR}",
        rf"{_MONTH} {_DAY},? {_YEAR}",
        rf"{_MONTH},? {_YEAR}",
        rf"{_DAY}(?: of)? {_MONTH}",
        rf"{_MONTH} {_DAY}(?! [a-z]{{2,}}s\b)",  # but "in May 25 ships sailed"
    )
)
_LONE_MONTH = re.compile(
    rf"\b(?:{_MONTH.replace('|May|', '|').replace('|March|', '|').replace('|Mar|', '|')}"
    r"|(?<=\b(?:in|of|by|to|or)\s)(?P<verb>March|May)\b|(?<=\b(?:and|for)\s)(?P<noun>March|May)\b"
    r"|(?<=\b(?:from|last|next|late)\s)(?P<name>March|May)\b|(?<=\b(?:since|until|every|early)\s)(?P<may>March|May)\b)"
)
"""March and May alone are months only after such words: they may be a verb or a name."""


def _date_reader(form: re.Pattern[str]) -> Callable[[str], Iterator[Value]]:
    def read(text: str) -> Iterator[Value]:
        for match in form.finditer(text):
            readings = frozenset((date, "date") for date in _read_date(match))
            yield Value("date", *match.span(), readings, bound=bound_of(text, *match.span()))

    return read


DATE_READERS = tuple(map(_date_reader, (*_WRITTEN_DATES, _LONE_MONTH)))


def _read_date(match: re.Match[str]) -> Iterator[tuple[int | None, int, int | None]]:
    """(year, month, day); both readings of 3/4/2024."""
    parts = {name: part for name, part in match.groupdict().items() if part}
    year = int(parts["year"]) if "year" in parts else None
    day = int(parts["day"]) if "day" in parts else None
    if "number" not in parts:
        name = next(parts[key] for key in ("month", "verb", "noun", "name", "may") if key in parts)
        yield year, _MONTH_NUMBERS[name], day
        return
    month = int(parts["number"])
    yield year, month, day
    if parts.get("mark") == "/" and day is not None and day <= 12:
        yield year, day, month


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
    """Whether a token is an identifier with an exact spelling: neither a word nor a number."""
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
"""Digits in three or more groups: 0090.3312/7, 10.0.0.1, 978-3-16."""
_LONGEST_CODE = 80


def _is_number(token: str) -> bool:
    """Whether it is a number with what is attached to it: 118m, 25-year-old, 10-20, $4.2m, mid-1990s."""
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


@dataclass(frozen=True, slots=True)
class Values:
    """The values of a text. `found` are in order; `rest` is the text with the values replaced by spaces, so
    that offsets stay.
    """

    found: tuple[Value, ...]
    rest: str


def read_values(text: str) -> Values:
    """The values of a text: first its dates, then its codes, then its numbers, each in what is left."""
    found: list[Value] = []
    for read in (*DATE_READERS, read_codes, read_numbers, read_ordinals):
        new = list(read(text))
        text = _blanked(text, new)
        found += new
    return Values(tuple(sorted(found, key=lambda value: value.start)), text)


def _blanked(text: str, values: Sequence[Value]) -> str:
    pieces, end = [], 0
    for value in sorted(values, key=lambda value: value.start):
        pieces += [text[end : value.start], " " * (value.end - max(end, value.start))]
        end = value.end
    return "".join([*pieces, text[end:]])
