"""The dates that a text states: whole ones, parts of them, and months alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ragapp.answering.bounds import bound_of
from ragapp.answering.values import Value

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
"""March and May alone are months only behind such words: they may be a verb or a name."""


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
