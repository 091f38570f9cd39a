"""Compares the same line of several documents: "Which company had the highest revenue in 2022?"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ragapp.answering.tables.labels import label_stems
from ragapp.answering.tables.outcome import TableAnswer, time_name
from ragapp.answering.tables.patterns import EXTREME
from ragapp.answering.tables.record_tables import Stems
from ragapp.answering.tables.times import without_times
from ragapp.types import Period

_WHICH: Final = re.compile(
    r"^(?:which|what|whose)(?: of the(?: two| three)?)? (?:companies|company|firms?|business(?:es)?"
    r"|corporations?|groups?|banks?|reports?|documents?|issuers?|retailers?)\b(?: has| had| have| reported)?",
    re.IGNORECASE,
)
_COMPARE: Final = re.compile(r"^(?:please )?compare(?: the)? ", re.IGNORECASE)
_OF: Final = re.compile(r" (?:of|for|at|between) ")
_BETWEEN_NAMES: Final = re.compile(r",? (?:and|with|to|or|versus|vs\.?) |, ", re.IGNORECASE)
_IN_END: Final = re.compile(r" (?:in|for|during|at)(?: the)?(?: end)? ?$")
MOST_NAMES: Final = 8


@dataclass(frozen=True, slots=True)
class DocumentComparison:
    """A question for one line of several documents: `asks` is it for a single one. `largest` is None where
    only the values are asked for. Without `names`, all documents are compared that have the line.
    """

    asks: str
    largest: bool | None
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DocumentValue:
    """A document's value: the amount in full, its unit and its time."""

    name: str
    answer: TableAnswer
    amount: Decimal
    unit: str | None
    period: Period | None

    @property
    def kind(self) -> tuple[str | None, int | None, int | None]:
        """What two values must have in common to be compared: unit, year and length of the period."""
        period = self.period
        return self.unit, period.year if period else None, period.months if period else None


def comparison_of(question: str) -> DocumentComparison | None:
    """The comparison that a question asks for, if it is one."""
    text = " ".join(question.split()).rstrip(" ?.")
    if found := _WHICH.match(text):
        rest, names = _without_names(text[found.end() :])
        extreme = EXTREME.search(rest)
        if extreme is None:
            return None
        line = f"{rest[: extreme.start()]} {rest[extreme.end() :]}"
        return DocumentComparison(f"What was the {line.strip()}?", bool(extreme["largest"]), names)
    if found := _COMPARE.match(text):
        of = _OF.search(text, found.end())
        if of is None:
            return None
        rest = text[of.end() :]
        named = _IN_END.sub("", without_times(rest).rstrip())
        names = tuple(one.strip(" ,") for one in _BETWEEN_NAMES.split(named) if one.strip(" ,"))
        when = rest[len(named) :] if rest.startswith(named) else ""
        if 1 < len(names) <= MOST_NAMES:
            return DocumentComparison(f"What was the {text[found.end() : of.start()]}{when}?", None, names)
    return None


def _without_names(rest: str) -> tuple[str, tuple[str, ...]]:
    """What precedes the names in "…, Avocet Foods or Bittern Beverages", and the names."""
    before, comma, last = rest.rpartition(", ")
    if not comma or " or " not in last:
        return rest, ()
    return before, tuple(one.strip() for one in last.split(" or "))


def is_called(name: str, stems: frozenset[str]) -> bool:
    """Whether a document with these stems in its title and name is the one that a question names."""
    own: Stems = label_stems(name)
    return bool(own) and set(own) <= stems


def compared(name: str, answer: TableAnswer) -> DocumentValue | None:
    """The single number of a document's answer; None when it has another kind of answer."""
    computed = answer.computed
    if computed is not None:
        period = computed.operands[0].period
        return DocumentValue(name, answer, computed.value.scaleb(computed.scale), computed.unit, period)
    if answer.names is not None or answer.count is not None or len(answer.cells) != 1:
        return None
    (place,) = answer.cells
    amount = place.cell.amount
    return None if amount is None else DocumentValue(name, answer, amount, place.cell.unit, place.period)


def comparable(values: Sequence[DocumentValue]) -> tuple[list[DocumentValue], list[DocumentValue]]:
    """The values that can be compared with most of the others, and those that cannot."""
    counts = [sum(one.kind == other.kind for other in values) for one in values]
    kind = values[counts.index(max(counts))].kind
    return [one for one in values if one.kind == kind], [one for one in values if one.kind != kind]


def mixed(values: Iterable[DocumentValue]) -> str:
    """Why values are not compared: their units, or else their times."""
    values = list(values)
    units = dict.fromkeys(one.unit or "no unit" for one in values)
    if len(units) > 1:
        return f"different units ({', '.join(units)})"
    times = dict.fromkeys(_time(one) for one in values)
    return f"different periods ({', '.join(times)})"


def _time(value: DocumentValue) -> str:
    return time_name(value.answer.cells[0]) if value.period else "no period"
