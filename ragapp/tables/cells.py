"""Reads what one cell says: a number with its sign, unit and scale, a date, or words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from ragapp.tables.periods import read_day
from ragapp.tables.units import CURRENCY, SCALE_WORDS, currency_code
from ragapp.types.tables import CellType

DecimalMark = Literal[".", ","]

LONGEST_NUMBER = 60
"""Characters of a cell that may be a number with its unit."""

LONGEST_MARKS = 30
"""Characters at the end of a cell in which marks of footnotes are looked for."""

LONGEST_UNIT = 12
"""Letters of the unit behind a number: "days", "MWh"."""

_NOTE = re.compile(r"(?: ?[(\[](?:\d{1,2}|[a-z])[)\]]| ?[*†‡§¹²³⁴-⁹]+)+$")
_DASH = re.compile(r"(?:[$€£¥]\s*)?(?:[-–—‒−]\s*){1,3}%?|nil", re.IGNORECASE)
_NUMBER = re.compile(r"(?P<before>[^\d.,]*)(?P<digits>[.,]?\d[\d.,'’ ]*)(?P<after>[^\d]*)")
_SIGNS = re.compile(r"[(+\-–−~≈<>≤≥\s]*")
_UNIT = re.compile(rf"[A-Za-z°µ/²³]{{1,{LONGEST_UNIT}}}|[A-Za-z]{{2,10}} [A-Za-z]{{2,10}}")
_PLAIN = {
    ".": re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?|\d{1,3}(?:[ '’]\d{3})+(?:\.\d+)?|\d*\.\d+|\d+"),
    ",": re.compile(r"\d{1,3}(?:[. '’]\d{3})+(?:,\d+)?|\d*,\d+|\d+"),
}
_ONLY_POINT = re.compile(r"\d,\d{3}\.\d|\d,\d{3},\d{3}|^\d*\.(?:\d{1,2}|\d{4,})$")
_ONLY_COMMA = re.compile(r"\d\.\d{3},\d|\d\.\d{3}\.\d{3}|^\d*,(?:\d{1,2}|\d{4,})$")


@dataclass(frozen=True, slots=True)
class CellValue:
    """The content of a cell. `text` is without marks of footnotes; `unit` and `scale` are those in the cell
    itself.
    """

    text: str
    type: CellType = "text"
    value: Decimal | date | None = None
    unit: str | None = None
    scale: int | None = None
    notes: tuple[str, ...] = ()


def read_cell(text: str, decimal_mark: DecimalMark = ".") -> CellValue:
    """The cell with its number or date; words are its text alone."""
    text = " ".join(text.split())
    if _DASH.fullmatch(text):
        unit = "%" if text.endswith("%") else None
        return CellValue(text, "percent" if unit else "number", Decimal(0), unit)
    bare, notes = without_notes(text)
    if len(bare) <= LONGEST_NUMBER and (read := _number(bare, notes, decimal_mark)):
        return read
    if day := read_day(bare):
        return CellValue(bare, "date", day, notes=notes)
    return CellValue(bare, notes=notes)


def without_notes(text: str) -> tuple[str, tuple[str, ...]]:
    """A text without the marks of footnotes at its end, and these marks: "17(1)" is 17 with the note 1."""
    before = max(0, len(text) - LONGEST_MARKS)
    found = _NOTE.search(text, before)
    if not found or not any(letter.isalnum() for letter in text[: found.start()]):
        return text, ()
    marks = re.findall(r"\d{1,2}|[a-z]|[*†‡§¹²³⁴-⁹]", found.group())
    return text[: found.start()].rstrip(), tuple(marks)


def decimal_mark_of(texts: Iterable[str]) -> DecimalMark | None:
    """The decimal mark that numbers show by their form; None when they show none, or both."""
    short = (text.strip() for text in texts if len(text) <= LONGEST_NUMBER)
    digits = [found["digits"].strip() for text in short if (found := _NUMBER.fullmatch(text))]
    point = any(_ONLY_POINT.search(one) for one in digits)
    comma = any(_ONLY_COMMA.search(one) for one in digits)
    if point == comma:
        return None
    return "," if comma else "."


def _number(text: str, notes: tuple[str, ...], mark: DecimalMark) -> CellValue | None:
    found = _NUMBER.fullmatch(text)
    if not found or not _PLAIN[mark].fullmatch(digits := found["digits"].strip()):
        return None
    before, leading = _without_currency(found["before"])
    after, trailing = _without_currency(found["after"])
    if not _SIGNS.fullmatch(before):
        return None
    measured = _measure(after)
    if measured is None:
        return None
    unit, scale = measured
    grouping = str.maketrans("", "", " '’." if mark == "," else " '’,")
    number = Decimal(digits.translate(grouping).replace(",", "."))
    negative = "(" in before or re.search(r"[-–−]", before) is not None
    currency = leading or trailing
    kind: CellType = "percent" if unit == "%" else "money" if currency else "number"
    return CellValue(text, kind, -number if negative else number, unit or currency, scale, notes)


def _without_currency(text: str) -> tuple[str, str | None]:
    found = CURRENCY.search(text)
    if not found:
        return text, None
    return text[: found.start()] + text[found.end() :], currency_code(found.group())


def _measure(after: str) -> tuple[str | None, int | None] | None:
    """(unit, scale) of what stands behind the digits; None when it is no unit."""
    rest = after.replace(")", " ").strip(" .")
    if rest in {"%", "per cent", "percent"}:
        return "%", None
    first, _, more = rest.partition(" ")
    scale = SCALE_WORDS.get(first.lower())
    if scale is not None:
        rest = more.strip()
    if not rest:
        return None, scale
    return (rest, scale) if _UNIT.fullmatch(rest) else None
