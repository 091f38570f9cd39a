"""Answers which period or row has the highest or lowest value, and which or how many meet a condition."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from ragapp.answering.tables.finding import compared, named
from ragapp.answering.tables.labels import label_stems
from ragapp.answering.tables.outcome import (
    Outcome,
    TableAnswer,
    TableRefusal,
    confidence_of,
    lacking,
    time_name,
)
from ragapp.answering.tables.query import Condition, TableQuery
from ragapp.answering.tables.row_choice import rows_asked
from ragapp.answering.tables.sources import CellPlace, TableSource

_WHICH_NOUN: Final = re.compile(
    r"(?:in |for |of |from )?(?:which|what|how many)(?: (?:is|was|are|were))?(?: the)? (?P<noun>\w+)",
    re.IGNORECASE,
)


def extreme_of(query: TableQuery, sources: Sequence[TableSource]) -> Outcome:
    """The period or the row with the highest or lowest value, or that value."""
    found = _candidates(query, sources)
    if found is None or isinstance(found, TableRefusal):
        return found
    places, confidence = found
    numbers = [place for place in places if place.cell.amount is not None]
    if not numbers:
        return None
    best = (max if query.largest else min)(numbers, key=lambda one: one.cell.amount or Decimal(0))
    if query.wanted == "value":
        return TableAnswer(query, (best,), confidence)
    others = tuple(place for place in numbers if place is not best)
    return TableAnswer(query, (best, *others), confidence, names=(_name(query, best),))


def filtered(query: TableQuery, sources: Sequence[TableSource]) -> Outcome:
    """The periods or rows that meet the condition; None when none does."""
    found = _candidates(query, sources)
    if found is None or isinstance(found, TableRefusal):
        return found
    meeting = [place for place in found[0] if _meets(place, query.condition)]
    names = tuple(dict.fromkeys(_name(query, place) for place in meeting))
    return TableAnswer(query, tuple(meeting), found[1], names=names) if meeting else None


def counted(query: TableQuery, sources: Sequence[TableSource]) -> Outcome:
    """How many periods or rows meet the condition."""
    found = _candidates(query, sources)
    if found is None or isinstance(found, TableRefusal):
        return found
    meeting = [place for place in found[0] if _meets(place, query.condition)]
    return TableAnswer(query, tuple(meeting or found[0]), found[1], count=len(meeting))


def _candidates(
    query: TableQuery, sources: Sequence[TableSource]
) -> tuple[Sequence[CellPlace], float] | TableRefusal | None:
    """The cells among which the question chooses, and how sure it is that they are meant."""
    if query.wanted == "period":
        matches = named(query, query.targets[0], sources)
        if not matches:
            return None
        places, missing = compared(query, matches[0].line)
        return lacking(query, matches[0].line, missing) if missing else (places, confidence_of(matches[:1]))
    stems = query.stems - _noun_asked(query.text)
    found = [rows for source in sources if (rows := rows_asked(query, source, stems))]
    best = max(found, key=lambda one: len(one.matched), default=None)
    return (best.places, best.explained) if best else None


def _noun_asked(question: str) -> frozenset[str]:
    """The stem of what a question wants to know which of: "which country had", "how many components"."""
    found = _WHICH_NOUN.match(question)
    return frozenset(label_stems(found["noun"])) if found else frozenset()


def _name(query: TableQuery, place: CellPlace) -> str:
    return time_name(place) if query.wanted == "period" else _called(query, place)


def _called(query: TableQuery, place: CellPlace) -> str:
    """What the row has in the column that the question asks for, "which product"; else the row's name."""
    asked = _noun_asked(query.text)
    table = place.source.table
    for column in table.columns:
        cell = table.cell(place.row, column)
        if cell is not None and cell.type == "text" and asked & set(label_stems(column.name)):
            return cell.text
    return place.row.name


def _meets(place: CellPlace, condition: Condition | None) -> bool:
    value = place.cell.amount if condition and condition.scaled else place.cell.value
    if condition is None or not isinstance(value, Decimal):
        return False
    if condition.above is None:
        return value == condition.amount
    return value > condition.amount if condition.above else value < condition.amount
