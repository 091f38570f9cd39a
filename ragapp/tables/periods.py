"""Reads the times that headers name: fiscal years, quarters, halves, months, balance sheet dates."""

from __future__ import annotations

import re
from calendar import month_abbr, month_name, monthrange
from collections.abc import Mapping
from datetime import date
from typing import Final

from ragapp.types.tables import Period

MONTHS: Final[Mapping[str, int]] = {
    name: number
    for number in range(1, 13)
    for name in (month_name[number].lower(), month_abbr[number].lower())
} | {"sept": 9}
_MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\.?"
_YEAR = r"(?:19|20)\d\d"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
DATE_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\b{_MONTH} ?{_DAY},? (?P<year>{_YEAR})\b",
        rf"\b{_DAY}[ -](?:of )?{_MONTH},?[ -](?P<year>{_YEAR})\b",
        rf"\b(?P<year>{_YEAR})-(?P<number>[01]\d)-{_DAY}\b",
        rf"\b{_DAY}[./](?P<number>[01]?\d)[./](?P<year>{_YEAR})\b",
        rf"\b(?P<number>[01]?\d)/{_DAY}/(?P<year>{_YEAR}|\d\d)\b",
    )
)
MONTH_DAY = re.compile(
    rf"\b(?:{_MONTH} ?{_DAY}|(?P<day2>[0-3]?\d)(?:st|nd|rd|th)? {_MONTH.replace('month', 'month2')})\b",
    re.IGNORECASE,
)
_MONTH_AND_YEAR = re.compile(rf"\b{_MONTH},?[ -](?P<year>{_YEAR})\b", re.IGNORECASE)
_TWO_YEARS = re.compile(rf"\b(?P<first>{_YEAR}) ?[/–-] ?(?P<second>{_YEAR}|\d\d)\b")
_LONE_YEAR = re.compile(rf"(?<![\d.,]){_YEAR}(?![\d]|[.,]\d)")
_GLUED_YEARS = re.compile(rf"\b({_YEAR}),(?={_YEAR}\b)")
_SHORT_YEAR = re.compile(r"\b(?:FY|F|CY|fiscal)\s?['’]?(?P<year>\d\d)\b", re.IGNORECASE)
_SPACED_YEAR = re.compile(r"(?<!\d)([12]) (\d) (\d) (\d)(?! ?\d)")
_QUARTER = re.compile(
    r"\bQ(?P<a>[1-4])\b|\b(?P<b>[1-4])Q"
    r"|\b(?P<c>first|second|third|fourth|1st|2nd|3rd|4th)[ -](?:fiscal )?quarter\b",
    re.IGNORECASE,
)
_GLUED_QUARTER = re.compile(
    r"\b(?:Q(?P<a>[1-4])|(?P<b>[1-4])Q) ?(?:FY)?['’]?(?P<year>(?:19|20)?\d\d)\b", re.IGNORECASE
)
_HALF = re.compile(
    r"\bH(?P<a>[12])\b|\b(?P<b>[12])H|\b(?P<c>first|second)[ -]half\b|\bsix months\b", re.IGNORECASE
)
_LENGTH = re.compile(
    r"\b(?P<count>one|two|three|six|nine|twelve|\d{1,2})[ -]months?\b"
    r"|\b(?P<weeks>\d{2}) weeks\b|\b(?P<m>[369])M\b",
    re.IGNORECASE,
)
_MOMENT = re.compile(r"\b(?:as (?:of|at)|at|balance)\b", re.IGNORECASE)
_WHOLE_YEAR = re.compile(r"\b(?:years?|fiscal|FY|annual|ended|ending|52 weeks|53 weeks)\b", re.IGNORECASE)
_WORDS: Final[Mapping[str, int]] = {
    "one": 1, "two": 2, "three": 3, "six": 6, "nine": 9, "twelve": 12,
    "first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4,
}  # fmt: skip
_QUARTER_MONTHS = 3


def read_day(text: str) -> date | None:
    """The date that a text is, with day, month and year; None when it is anything else."""
    for form in DATE_FORMS:
        if found := form.fullmatch(text.strip(" .")):
            return date_of(found)
    return None


def read_period(text: str) -> Period | None:
    """The time that a text names; None when it names none, or several."""
    text = _SPACED_YEAR.sub(r"\1\2\3\4", " ".join(text.split()))
    year = _year(text)
    if year is None:
        return None
    quarter = _quarter(text)
    if quarter is not None:
        end = _last_day(text, year) or _month_end(year, quarter * _QUARTER_MONTHS)
        return Period(text, year, end, _QUARTER_MONTHS)
    months = _length(text)
    end = _last_day(text, year) or date(year, 12, 31)
    return Period(text, _fiscal_year(end, year), end, months)


def _fiscal_year(end: date, year: int) -> int:
    """The year that ended: one of 52 or 53 weeks may end in the first days of the next."""
    return year - 1 if end.month == 1 and 1 < end.day <= 7 else year


def years_in(text: str) -> list[int]:
    """The years that a text names, in order, each once; of "2017/2018" the second."""
    text = _GLUED_YEARS.sub(r"\1, ", _SPACED_YEAR.sub(r"\1\2\3\4", text))
    text = _TWO_YEARS.sub(
        lambda found: str(_second_year(found)) if _is_season(found) else found.group(), text
    )
    found = [(one.start(), int(one.group())) for one in _LONE_YEAR.finditer(text)]
    found += [(one.start(), 2000 + int(one["year"])) for one in _SHORT_YEAR.finditer(text)]
    return list(dict.fromkeys(year for _, year in sorted(found)))


def quarter_in(text: str) -> int | None:
    """The quarter, from 1 to 4, that a text names."""
    return _quarter(text)


def quarters_in(text: str) -> list[int]:
    """The quarters, from 1 to 4, that a text names, in order, each once."""
    found = [*_GLUED_QUARTER.finditer(text), *_QUARTER.finditer(text)]
    numbers = [
        _WORDS.get(part.lower()) or int(part)
        for one in sorted(found, key=lambda one: one.start())
        for part in [next(part for name, part in one.groupdict().items() if part and name != "year")]
    ]
    return list(dict.fromkeys(numbers))


def names_no_more_than_a_time(text: str) -> bool:
    """Whether a text says nothing but a time: "2019", "Year ended March 31, 2020", "Q3 2019", "FY19"."""
    rest = text
    for form in (
        *DATE_FORMS,
        _MONTH_AND_YEAR,
        MONTH_DAY,
        _GLUED_QUARTER,
        _QUARTER,
        _HALF,
        _LENGTH,
        _TWO_YEARS,
    ):
        rest = form.sub(" ", rest)
    rest = _SHORT_YEAR.sub(" ", _LONE_YEAR.sub(" ", _SPACED_YEAR.sub(r"\1\2\3\4", rest)))
    rest = re.sub(
        r"(?i)\b(?:for|the|as|of|at|and|years?|fiscal|fy|quarters?|months?|weeks?|periods?|ended|ending|end|to|on|january|february|march"
        r"|april|may|june|july|august|september|october|november|december|unaudited|audited|restated)\b",
        " ",
        rest,
    )
    return bool(text.strip()) and not re.search(r"[^\W_]", rest)


def _year(text: str) -> int | None:
    years = years_in(text)
    if glued := _GLUED_QUARTER.search(text):
        return _four_digits(glued["year"])
    if not years:
        for form in DATE_FORMS:
            if found := form.search(text):
                return _four_digits(found["year"])
    return years[0] if len(years) == 1 else None


def _is_season(found: re.Match[str]) -> bool:
    """Whether "2017/2018" is one year that starts in the first; a range such as "2015-2019" is not."""
    is_next = _second_year(found) == int(found["first"]) + 1
    return is_next and ("/" in found.group() or len(found["second"]) == 2)


def _second_year(found: re.Match[str]) -> int:
    second = found["second"]
    return int(second) if len(second) == 4 else int(found["first"][:2] + second)


def _four_digits(year: str) -> int:
    return int(year) if len(year) == 4 else 2000 + int(year)


def _quarter(text: str) -> int | None:
    for form in (_GLUED_QUARTER, _QUARTER):
        if found := form.search(text):
            part = next(one for name, one in found.groupdict().items() if one and name != "year")
            return _WORDS.get(part.lower()) or int(part)
    return None


def _length(text: str) -> int | None:
    """The months of a period; None for a moment."""
    if found := _LENGTH.search(text):
        return _months_of(found)
    if _HALF.search(text):
        return 6
    if _MOMENT.search(text) and not re.search(r"\byears? ended\b", text, re.IGNORECASE):
        return None
    if _WHOLE_YEAR.search(text):
        return 12
    if any(form.search(text) for form in DATE_FORMS) or MONTH_DAY.search(text):
        return None
    return 1 if _MONTH_AND_YEAR.search(text) else 12


def _months_of(found: re.Match[str]) -> int:
    if found["weeks"]:
        return round(int(found["weeks"]) * 12 / 52)
    count = found["count"] or found["m"]
    return _WORDS.get(count.lower()) or int(count)


def _last_day(text: str, year: int) -> date | None:
    for form in DATE_FORMS:
        if found := form.search(text):
            return date_of(found)
    if found := MONTH_DAY.search(text):
        month = MONTHS[(found["month"] or found["month2"]).lower()]
        return _date(year, month, int(found["day"] or found["day2"]))
    if found := _MONTH_AND_YEAR.search(text):
        return _month_end(year, MONTHS[found["month"].lower()])
    return None


def date_of(found: re.Match[str]) -> date | None:
    """The date that one of DATE_FORMS found; None for one that no calendar has."""
    parts = found.groupdict()
    month = int(parts["number"]) if parts.get("number") else MONTHS[parts["month"].lower()]
    return _date(_four_digits(parts["year"]), month, int(parts["day"]))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
