"""What tables say to a question: an answer with its cells, or why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ragapp.answering.tables.computing import Computed
from ragapp.answering.tables.lines import Match
from ragapp.answering.tables.query import TableQuery
from ragapp.answering.tables.sources import CellPlace, Line
from ragapp.answering.tables.times import Time
from ragapp.types.tables import Period


@dataclass(frozen=True, slots=True)
class TableAnswer:
    """What tables answer: cells as printed, a computed number, a count, or names of rows or periods.

    `cells` are cited: the operands of what is computed, and what names and counts rest on. `names` are the
    names of rows or periods, in the order of the table. `confidence` is from 0 to 1. `title` names what a
    formula of the catalogue computes.
    """

    query: TableQuery
    cells: tuple[CellPlace, ...]
    confidence: float
    computed: Computed | None = None
    names: tuple[str, ...] | None = None
    count: int | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class TableRefusal:
    """Why a table does not answer although it has the line in question. `near` are the cells of that line."""

    query: TableQuery
    reason: str
    near: tuple[CellPlace, ...] = ()


CONFIDENT = 0.6
"""The confidence from which a table's answer goes before a sentence's, or a formula's."""

Outcome = TableAnswer | TableRefusal | None
"""None when no table has what the question asks for."""


def confidence_of(matches: Iterable[Match]) -> float:
    """How sure it is that the lines are meant, from 0 to 1."""
    return min((min(1.0, one.named) * min(1.0, one.explained) for one in matches), default=0.0)


def computed_answer(query: TableQuery, computed: Computed, matches: Iterable[Match]) -> TableAnswer:
    return TableAnswer(query, computed.operands, confidence_of(matches), computed)


def lacking(query: TableQuery, line: Line, missing: Sequence[Time]) -> TableRefusal:
    """The refusal for times that a line does not have, with those that it has."""
    name = line.row.name or line.column.name or "This line"
    times = ", ".join(map(str, missing))
    known = ", ".join(dict.fromkeys(period_name(place.period) for place in line.places if place.period))
    has = f"; the table has {known}" if known else ""
    return TableRefusal(query, f"{name} has no value for {times}{has}.", line.places)


def period_name(period: Period) -> str:
    return period.label.strip(" ,.:")


def time_name(place: CellPlace) -> str:
    """The year of a place, or what its head says where its table has several periods of that year."""
    period = place.period
    if period is None:
        return place.column.name
    same_year = [one for one in place.source.periods if one.year == period.year]
    return period_name(period) if len(same_year) > 1 or period.months in {1, 3} else str(period.year)
