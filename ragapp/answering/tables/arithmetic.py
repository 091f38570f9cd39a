"""Answers by computing with cells: sums, differences, changes, ratios and averages."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from ragapp.answering.tables import patterns
from ragapp.answering.tables.computing import add, average, difference, percentage_change, ratio
from ragapp.answering.tables.finding import is_plain, named, pair, places_of, several
from ragapp.answering.tables.labels import label_stems
from ragapp.answering.tables.lines import at_times, in_order, when, within
from ragapp.answering.tables.outcome import (
    Outcome,
    TableAnswer,
    TableRefusal,
    computed_answer,
    confidence_of,
    lacking,
)
from ragapp.answering.tables.query import TableQuery
from ragapp.answering.tables.row_choice import rows_asked
from ragapp.answering.tables.sources import CellPlace, Line, TableSource

_CHANGES: Final = frozenset({"chang", "varianc", "increas", "decreas", "variat", "growth", "differ"})


def sum_of(query: TableQuery, sources: Sequence[TableSource]) -> Outcome:
    """The sum of two lines, of a line over several times, or of the lines that share a name. A line that is a
    total itself is looked up instead."""
    if len(query.targets) == 2:
        found = pair(query, sources)
        return computed_answer(query, add(found[0]), found[1]) if found else None
    matches = named(query, query.targets[0], sources)
    if _joins(query) and not is_plain(matches) and (together := several(query, sources)):
        return computed_answer(query, add(together[0]), together[1])
    if not matches:
        return None
    line = matches[0].line
    if len(query.times) > 1 and ("total" not in line.own or patterns.ADDED.search(query.text)):
        places, missing = at_times(line, query.times)
        return lacking(query, line, missing) if missing else computed_answer(query, add(places), matches[:1])
    if len(matches) < 2 or line.row.total or "total" in line.own | line.over | line.section:
        return None
    parts = [places_of(query, match.line)[0][0] for match in matches if places_of(query, match.line)[0]]
    return computed_answer(query, add(parts), matches) if len(parts) == len(matches) else None


def change_of(query: TableQuery, sources: Sequence[TableSource]) -> Outcome:
    """The change of a line between two times, as printed where a table has it and one time is asked for."""
    matches = named(query, query.targets[0], sources)
    if not matches:
        return None
    line = matches[0].line
    if len(query.times) < 2 or "(%)" in query.text:
        stored = _printed_change(query, line)
        if stored:
            return TableAnswer(query, (stored,), confidence_of(matches[:1]))
    ends = _two_ends(query, line)
    if ends is None or isinstance(ends, TableRefusal):
        return ends
    earlier, later = ends
    if not _are_alike(earlier, later):
        return None
    if query.backwards or (query.operation == "difference" and _amount(earlier) > _amount(later)):
        earlier, later = later, earlier
    in_percent = query.operation == "percentage change"
    made = percentage_change(later, earlier) if in_percent else difference(later, earlier)
    return computed_answer(query, made, matches[:1])


def difference_of(query: TableQuery, sources: Sequence[TableSource]) -> Outcome:
    """The difference of two lines, or of a line between two times, the larger less the smaller."""
    if len(query.targets) < 2:
        return change_of(query, sources)
    found = pair(query, sources)
    if not found:
        return None
    first, second = found[0]
    if _amount(first) < _amount(second):
        first, second = second, first
    return computed_answer(query, difference(first, second), found[1])


def quotient_of(query: TableQuery, sources: Sequence[TableSource]) -> Outcome:
    """A line divided by another, or the cells of the first line where these are percentages already."""
    found = pair(query, sources)
    if not found:
        return None
    (first, second), matches = found
    if query.operation == "percentage" and first.cell.unit == "%":
        places, missing = places_of(query, matches[0].line)
        return None if missing else TableAnswer(query, tuple(places), confidence_of(matches[:1]))
    in_percent = query.operation == "percentage"
    return computed_answer(query, ratio(first, second, percentage=in_percent), matches)


def average_of(query: TableQuery, sources: Sequence[TableSource]) -> Outcome:
    """The average of a line over times, of lines named together, or of a column over its rows."""
    matches = named(query, query.targets[0], sources)
    if _joins(query) and not is_plain(matches) and (together := several(query, sources)):
        return computed_answer(query, average(together[0]), together[1])
    if not matches:
        return _average_of_rows(query, sources)
    line = matches[0].line
    if len(query.times) < 2 and "averag" in line.own | line.over | line.section | line.source.caption_stems:
        return None
    places = _averaged(query, line)
    if isinstance(places, TableRefusal):
        return places
    numbers = [place for place in places if isinstance(place.cell.value, Decimal)]
    return computed_answer(query, average(numbers), matches[:1]) if len(numbers) > 1 else None


def _joins(query: TableQuery) -> bool:
    return " and " in query.targets[0] and len(query.times) < 2


def _averaged(query: TableQuery, line: Line) -> list[CellPlace] | TableRefusal:
    """The cells that are averaged: at the times of the question, in the parts of its year, or of its year and
    the one before, as balances are."""
    if not query.times:
        return list(line.places)
    if len(query.times) > 1:
        places, missing = at_times(line, query.times)
        return lacking(query, line, missing) if missing else places
    parts = within(line, query.times[0])
    return parts or _two_ends(query, line) or []


def _average_of_rows(query: TableQuery, sources: Sequence[TableSource]) -> Outcome:
    """The average of a column over the rows: "the average age of the officers"."""
    for source in sources:
        rows = rows_asked(query, source, query.stems)
        if rows and query.stems & frozenset(label_stems(rows.places[0].column.name)):
            made = average(rows.places)
            return TableAnswer(query, made.operands, rows.explained, made)
    return None


def _printed_change(query: TableQuery, line: Line) -> CellPlace | None:
    """The cell of the line's row in a column of changes: a table that prints the change has it rounded."""
    in_percent = query.operation == "percentage change"
    places = [
        place
        for other in line.source.lines
        for place in other.places
        if place.row is line.row and other.over & _CHANGES and place.period is None
    ]
    fitting = [one for one in places if (one.cell.unit == "%") == in_percent and one.cell.amount is not None]
    return fitting[0] if len(fitting) == 1 else None


def _two_ends(query: TableQuery, line: Line) -> list[CellPlace] | TableRefusal | None:
    """The earlier and the later cell of a change."""
    asked, missing = at_times(line, query.times)
    if missing:
        return lacking(query, line, missing)
    if len(query.times) >= 2:
        places = in_order(asked)
        return [places[0], places[-1]] if len(places) >= 2 else None
    places = in_order(line.places)
    if asked:
        before = [place for place in places if when(place) < when(asked[0])]
        return [before[-1], asked[0]] if before else None
    return places[-2:] if len(places) >= 2 else None


def _are_alike(one: CellPlace, other: CellPlace) -> bool:
    """Whether two cells are for periods of the same length: a year is not compared with a quarter."""
    return not one.period or not other.period or one.period.months == other.period.months


def _amount(place: CellPlace) -> Decimal:
    return place.cell.amount or Decimal(0)
