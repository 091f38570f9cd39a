"""The times that a question names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from ragapp.tables.periods import DATE_FORMS, date_of, quarter_in, quarters_in, years_in
from ragapp.types.tables import Period

_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_YEAR = r"(?:19|20)\d\d"
_RANGE = re.compile(rf"\b(?:(?:from|between) )?(?P<a>{_YEAR}) ?(?:-|–|to|through|until) ?(?P<b>{_YEAR})\b")
_BACKWARDS = re.compile(rf"\bfrom\b.{{0,30}}?\b(?P<a>{_YEAR})\b.{{0,12}}?\bto\b.{{0,20}}?\b(?P<b>{_YEAR})\b")
_TWO_DAYS = re.compile(
    rf"(?P<first>{_MONTH} \d{{1,2}})(?P<and>,? (?:and|to|or) )"
    rf"(?P<second>{_MONTH} \d{{1,2}}),?(?: in)? (?P<year>{_YEAR})"
)
_PHRASE = re.compile(
    r"\b(?:,? ?(?:and|or|to|from|between|in|for|of|at|as of|as at|on|during|over|by|through|until|the|both"
    r"|fiscal|FY|years?|the years?|year-end|ended|ending|calendar)\s){0,5}"
    rf"(?:{_MONTH} \d{{1,2}},? )?(?:\d{{1,2}} {_MONTH},? )?(?:FY ?|F|Q[1-4] ?|[1-4]Q ?)?"
    rf"(?:{_YEAR}(?:[/–-](?:19|20)?\d\d)?|(?<=F)\d\d|(?<=FY)\d\d)(?:'s|’s)?\b"
    r"(?: (?:fiscal year|year-end|year end|respectively))?,?",
    re.IGNORECASE,
)
MOST_YEARS = 20
"""Years of a range that are taken one by one."""


@dataclass(frozen=True, slots=True)
class Time:
    """A time that a question names: a year, or a part of one."""

    year: int
    quarter: int | None = None
    day: date | None = None

    def is_quarter(self, period: Period) -> bool:
        """Whether a period is the quarter that this time names."""
        return self.year == period.year and period.months == 3 and self.quarter == quarter_of(period)

    def __str__(self) -> str:
        if self.day is not None:
            return f"{self.day:%B} {self.day.day}, {self.day.year}"
        return f"Q{self.quarter} {self.year}" if self.quarter else str(self.year)


def quarter_of(period: Period) -> int:
    return quarter_in(period.label) or (period.end.month + 2) // 3


def times_in(text: str) -> tuple[Time, ...]:
    """The times that a question names, in its order; ranges with all their years."""
    spread = _RANGE.sub(_all_years, _TWO_DAYS.sub(r"\g<first>, \g<year>\g<and>\g<second>, \g<year>", text))
    quarters = quarters_in(spread)
    years = years_in(spread)
    if len(quarters) > 1 and len(years) == 1:
        return tuple(Time(years[0], one) for one in quarters)
    quarter = quarters[0] if quarters else None
    found = [
        (match.start(), day)
        for form in DATE_FORMS
        for match in form.finditer(spread)
        if (day := date_of(match))
    ]
    days = [Time(day.year, quarter, day) for _, day in sorted(found)]
    known = {time.year for time in days}
    return (*days, *(Time(year, quarter) for year in years if year not in known))


def runs_backwards(text: str) -> bool:
    """Whether a question goes "from" a later year "to" an earlier one."""
    found = _BACKWARDS.search(text)
    return found is not None and int(found["a"]) > int(found["b"])


def without_times(text: str) -> str:
    """A question without its times, and without the small words before them."""
    return " ".join(_PHRASE.sub(" ", f" {text} ").split())


def _all_years(found: re.Match[str]) -> str:
    first, last = sorted((int(found["a"]), int(found["b"])))
    return " ".join(map(str, range(first, last + 1))) if last - first <= MOST_YEARS else found.group()
