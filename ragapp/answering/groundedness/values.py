"""Numbers, dates and codes of a text, comparable across spellings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Kind = Literal["number", "date", "code"]
Bound = Literal["at least", "at most"]
Reading = tuple[object, str | None]
"""(number, base unit or None), or (date or code, name of its kind)."""


@dataclass(frozen=True, slots=True)
class Value:
    """The value of `text[start:end]`.

    Two readings are one spelling's possible meanings ("5 m" is five metres or five million). `bare` is the
    number as written, compared where one side names no unit.
    """

    kind: Kind
    start: int
    end: int
    readings: frozenset[Reading]
    bare: Fraction | None = None
    bound: Bound | None = None

    def agrees_with(self, other: Value) -> bool:
        """Whether the two values can mean the same; `self` is the claimed one."""
        if self.kind == "date" and other.kind == "date":
            return any(_within(a, b) for a, _ in self.readings for b, _ in other.readings)
        if {self.kind, other.kind} == {"number", "date"}:
            return self._is_year_of(other) or other._is_year_of(self)
        if self.kind != other.kind or {self.bound, other.bound} == {"at least", "at most"}:
            return False
        if self.readings & other.readings:
            return True
        # A table's cell seldom repeats the unit. A claim that leaves out its source's unit may mean another.
        source_has_none = any(unit is None for _, unit in other.readings)
        return self.bare is not None and self.bare == other.bare and source_has_none

    def is_like(self, other: Value) -> bool:
        """Whether the two values are of the same kind: two years, two lengths, two codes."""
        if self.kind == other.kind == "number":
            return not {unit for _, unit in self.readings}.isdisjoint(unit for _, unit in other.readings)
        return self.kind == other.kind or (
            {self.kind, other.kind} == {"number", "date"} and (self.is_year or other.is_year)
        )

    @property
    def is_year(self) -> bool:
        return self.kind == "number" and self.bare is not None and 1000 <= self.bare < 2200

    def _is_year_of(self, date: Value) -> bool:
        return self.kind == "number" and any(
            isinstance(value, tuple) and value[0] == self.bare for value, _ in date.readings
        )


def _within(claimed: object, known: object) -> bool:
    """Whether the claimed parts of a date agree with the known date."""
    pairs = (
        zip(claimed, known, strict=True) if isinstance(claimed, tuple) and isinstance(known, tuple) else ()
    )
    return all(a is None or a == b for a, b in pairs)


_AT_LEAST = re.compile(
    r"(?:more than|greater than|longer than|over|above|at least|exceed(?:s|ed|ing)?"
    r"|minimum(?: of)?|min\.?|after|since|older than|starting at|[>≥])\s?(?:the )?$",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    r"(?:less than|fewer than|under|below|up to|at most|within|maximum(?: of)?|max\.?"
    r"|before|until|till|younger than|not exceed(?:ing)?|[<≤])\s?(?:the )?$",
    re.IGNORECASE,
)
_OR_MORE = re.compile(r" (?:or|and) (?:more|above|over|older|longer|higher|later)\b", re.IGNORECASE)
_OR_LESS = re.compile(
    r" (?:or|and) (?:less|fewer|below|under|younger|shorter|lower|earlier)\b", re.IGNORECASE
)
_LEAD = 24
"""Characters before a number in which a bound is looked for."""


def bound_of(text: str, start: int, end: int) -> Bound | None:
    """Whether `text[start:end]` is a bound, by the words around it."""
    lead = text[max(0, start - _LEAD) : start].rstrip("$€£¥ ") + " "
    if _AT_MOST.search(lead) or _OR_LESS.match(text, end):
        return "at most"
    if _AT_LEAST.search(lead) or _OR_MORE.match(text, end):
        return "at least"
    return None
