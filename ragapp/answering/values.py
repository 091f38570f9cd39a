"""A number, date or code that a text states, so that two spellings of one value are equal."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Kind = Literal["number", "date", "code"]
Bound = Literal["at least", "at most"]
Reading = tuple[object, str | None]
"""A number with its base unit (None when it has none); a date or a code with the name of its kind."""


@dataclass(frozen=True, slots=True)
class Value:
    """`text[start:end]` of the text that it was read from.

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
        """Whether both can mean the same, `self` being what is claimed."""
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
        """Whether one could stand in the place of the other: two years, two lengths, two codes."""
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
    """Whether a date that is claimed in part is that part of the known one."""
    pairs = (
        zip(claimed, known, strict=True) if isinstance(claimed, tuple) and isinstance(known, tuple) else ()
    )
    return all(a is None or a == b for a, b in pairs)
