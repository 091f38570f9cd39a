"""Compares the numbers of a claim with the cells of tables: value, unit, scale, row, column and period."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ragapp.answering.tables.computing import MixedUnitsError, percentage_change
from ragapp.answering.tables.lines import EQUAL, NAMED, Match, at_times, in_order, match_lines, when
from ragapp.answering.tables.sources import CellPlace, TableSource
from ragapp.answering.tables.times import Time, times_in, without_times
from ragapp.tables.periods import DATE_FORMS, MONTH_DAY
from ragapp.tables.units import CURRENCY, SCALE_WORDS, currency_code, is_currency
from ragapp.types import Verdict

LONGEST_CLAIM = 600
"""Characters of a claim whose numbers are compared."""

_CURRENCY = r"(?:US|HK|NT|A|C)?[$€£¥]|USD|EUR|GBP"
_NUMBER = re.compile(
    rf"(?<![\w.,])(?P<sign>[-−–(]?)(?P<currency>{_CURRENCY})?\s?(?P<inner>[-−–(]?)(?P<digits>\d[\d,]*(?:\.\d+)?)"
    r"(?P<rest>\)?\s?(?:%|percent\b|per cent\b)"
    r"|\)?\s?(?:thousand|million|billion|trillion|bn|mn|m|k)\b(?:\s(?:USD|EUR|GBP|dollars|euros|pounds)\b)?)?"
)
_NO_AMOUNT = re.compile(
    r"\b(?:Notes?|Scope|Item|Level|Section|Page|Table|Tier) \d+\b|"
    r"\[\d+\]|\bQ[1-4]\b|\bFY ?\d{2,4}\b|\b(?:19|20)\d\d\b(?![.,]\d)|\b\d+(?:st|nd|rd|th)\b"
)
_FROM_WORST: Final[tuple[Verdict, ...]] = ("unsupported", "partial", "supported")
_CHANGES: Final = re.compile(
    r"\b(?:increas|decreas|grew|grow|rose|rise|fell|fall|declin|drop|chang|up|down|higher|lower)\w*\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Number:
    """A number of a claim: `value` times ten to the `scale`, which is None where none is written."""

    start: int
    end: int
    value: Decimal
    scale: int | None
    unit: str | None

    @property
    def tolerance(self) -> Decimal:
        """Half of the last digit's worth."""
        exponent = int(self.value.as_tuple().exponent) + (self.scale or 0)
        return Decimal(5).scaleb(exponent - 1)

    @property
    def amount(self) -> Decimal:
        return self.value.scaleb(self.scale or 0)


@dataclass(frozen=True, slots=True)
class CellVerdict:
    """What the cells say to a claim, with those that support it."""

    verdict: Verdict
    cells: tuple[CellPlace, ...]


def judge_by_cells(claim: str, sources: Sequence[TableSource]) -> CellVerdict | None:
    """Whether the cells of tables support the numbers of a claim; None when no table has what it names.

    Each number must be in the line that the words around it name, at the time next to it. A number without
    its table's scale is partly supported.
    """
    claim = claim[:LONGEST_CLAIM]
    numbers = list(_numbers(claim))
    judged = [_judge(claim, number, at, numbers, sources) for at, number in enumerate(numbers)]
    found = [one for one in judged if one is not None]
    if not found or len(found) < len(numbers):
        return next((one for one in found if one.verdict == "unsupported"), None)
    verdicts = {one.verdict for one in found}
    worst = next(one for one in _FROM_WORST if one in verdicts)
    return CellVerdict(worst, tuple(cell for one in found for cell in one.cells))


def _numbers(claim: str) -> Iterator[_Number]:
    for form in (*DATE_FORMS, MONTH_DAY, _NO_AMOUNT):
        claim = form.sub(lambda found: " " * len(found.group()), claim)
    for found in _NUMBER.finditer(claim):
        rest = (found["rest"] or "").strip(" )").lower()
        percent = rest.startswith(("%", "per"))
        word, _, named = rest.partition(" ")
        scale = None if percent else SCALE_WORDS.get(word)
        currency = found["currency"] or named.upper()
        known = CURRENCY.fullmatch(currency) if currency else None
        unit = "%" if percent else currency_code(currency) if known else None
        value = Decimal(found["digits"].replace(",", "").rstrip("."))
        yield _Number(
            found.start(), found.end(), -value if found["sign"] in {"-", "−"} else value, scale, unit
        )


def _judge(
    claim: str, number: _Number, at: int, numbers: Sequence[_Number], sources: Sequence[TableSource]
) -> CellVerdict | None:
    matches = _lines(claim, at, numbers, sources)
    if not matches:
        return None
    times = _times_near(claim, number)
    changes = _is_change(claim, number)
    places = [place for match in matches for place in _places(match, times)]
    if changes:
        for match in matches:
            if ends := _change_supports(match, number, times_in(claim)):
                return CellVerdict("supported", ends)
    supporting = tuple(place for place in places if _is_same(place, number))
    if supporting:
        return CellVerdict("supported", supporting[:1])
    printed = tuple(place for place in places if number.scale is None and _is_printed(place, number))
    return CellVerdict("partial" if printed else "unsupported", printed[:1])


def _lines(claim: str, at: int, numbers: Sequence[_Number], sources: Sequence[TableSource]) -> list[Match]:
    """The lines that the words around a number name, or else the whole claim."""
    before = numbers[at - 1].end if at else 0
    after = numbers[at + 1].start if at + 1 < len(numbers) else len(claim)
    near = (
        claim[before : numbers[at].start] + " " + (claim[numbers[at].end :] if at + 1 == len(numbers) else "")
    )
    bare = "".join(
        claim[a:b]
        for a, b in zip(
            [0, *(one.end for one in numbers)], [*(one.start for one in numbers), len(claim)], strict=True
        )
    )
    for phrase in (near, claim[before : numbers[at].start] + claim[numbers[at].end : after], bare):
        named = [one for one in match_lines(without_times(phrase), sources) if one.named >= NAMED]
        if named:
            return [one for one in named if one.score >= named[0].score - EQUAL]
    return []


def _times_near(claim: str, number: _Number) -> tuple[Time, ...]:
    """The time that is closest to a number in its claim; none when the claim names none."""
    spans = [
        (found.start(), found.end()) for found in re.finditer(r"(?:\bFY ?\d\d\b|\b(?:19|20)\d\d\b)", claim)
    ]
    if not spans:
        return times_in(claim)
    start, end = min(spans, key=lambda one: _distance(one, number))
    behind = times_in(claim[max(0, start - 25) : end])
    return behind[-1:] or times_in(claim)[:1]


def _distance(span: tuple[int, int], number: _Number) -> int:
    """Characters between a time and a number; a time behind the number is closer than one before."""
    return span[0] - number.end if span[0] >= number.end else number.start - span[1] + 5


def _places(match: Match, times: tuple[Time, ...]) -> list[CellPlace]:
    if not times:
        return [max(match.line.places, key=when)]
    found, _ = at_times(match.line, times)
    return found


def _is_same(place: CellPlace, number: _Number) -> bool:
    amount = place.cell.amount
    if amount is None or not _units_agree(place, number):
        return False
    if number.scale is None and place.cell.scale and number.unit != "%":
        return False
    given = number.amount if number.value < 0 else abs(number.amount)
    known = amount if number.value < 0 else abs(amount)
    return abs(given - known) <= number.tolerance


def _is_printed(place: CellPlace, number: _Number) -> bool:
    value = place.cell.value
    return isinstance(value, Decimal) and _units_agree(place, number) and abs(value) == abs(number.value)


def _units_agree(place: CellPlace, number: _Number) -> bool:
    unit = place.cell.unit
    if (number.unit == "%") != (unit == "%"):
        return False
    both = number.unit and unit and is_currency(unit)
    return not both or number.unit == unit


def _is_change(claim: str, number: _Number) -> bool:
    return number.unit == "%" and _CHANGES.search(claim) is not None


def _change_supports(
    match: Match, number: _Number, times: tuple[Time, ...]
) -> tuple[CellPlace, CellPlace] | None:
    """The two cells of the line between which it changed by the number in percent."""
    asked, missing = at_times(match.line, times)
    places = in_order(asked)
    if missing or not places:
        return None
    if len(places) == 1:
        before = [place for place in in_order(match.line.places) if when(place) < when(places[0])]
        places = [*before[-1:], *places]
    if len(places) < 2:
        return None
    try:
        change = percentage_change(places[-1], places[0]).value
    except (MixedUnitsError, ZeroDivisionError):
        return None
    return (places[-1], places[0]) if abs(abs(change) - abs(number.value)) <= number.tolerance else None
