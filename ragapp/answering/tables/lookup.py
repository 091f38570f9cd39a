"""Looks cells up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ragapp.answering.tables.finding import is_plain, named, places_of, several
from ragapp.answering.tables.labels import label_stems
from ragapp.answering.tables.outcome import Outcome, TableAnswer, confidence_of, lacking
from ragapp.answering.tables.query import TableQuery
from ragapp.answering.tables.sources import Line, TableSource

_ASKS_NAME: Final = re.compile(r"(?:who|which|what (?!is the (?:amount|value|total)))", re.IGNORECASE)

SURE_NAME = 0.9
"""The confidence in the row that a cell of words describes."""


def look_up(query: TableQuery, sources: Sequence[TableSource]) -> Outcome:
    """The cells of the line that the question names; None when several lines are equally good and differ."""
    matches = named(query, query.targets[0], sources)
    joined = query.each or (" and " in query.targets[0] and not is_plain(matches))
    if joined and len(query.times) < 2 and (found := several(query, sources)):
        return TableAnswer(query, tuple(found[0]), confidence_of(found[1]))
    if not matches:
        return _described(query, sources)
    if len({_printed(query, match.line) for match in matches}) > 1:
        return None
    places, missing = places_of(query, matches[0].line)
    if missing:
        return lacking(query, matches[0].line, missing)
    return TableAnswer(query, tuple(places), confidence_of(matches[:1]))


def _printed(query: TableQuery, line: Line) -> object:
    places, _ = places_of(query, line)
    return tuple((place.cell.value, place.cell.scale, place.cell.text) for place in places)


def _described(query: TableQuery, sources: Sequence[TableSource]) -> TableAnswer | None:
    """The row that a cell of words describes: "Who is the chief financial officer?"."""
    stems = query.stems
    if len(stems) < 2 or not _ASKS_NAME.match(query.text):
        return None
    found = [
        place
        for source in sources
        for line in source.lines
        for place in line.places
        if place.cell.type == "text" and stems <= frozenset(label_stems(place.cell.text))
    ]
    if len({(id(place.source), place.row.index) for place in found}) != 1:
        return None
    return TableAnswer(query, (found[0],), SURE_NAME, names=(found[0].row.name,))
