"""Finds the cells that a question is about: the lines its phrases name, at its times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ragapp.answering.tables.labels import label_stems
from ragapp.answering.tables.lines import Match, at_times, best_lines, match_lines, when, within
from ragapp.answering.tables.query import TableQuery
from ragapp.answering.tables.sources import CellPlace, Line, TableSource
from ragapp.answering.tables.times import Time

WHOLE = 0.95
"""The share of a line's name from which a phrase names it as a whole."""


def named(query: TableQuery, phrase: str, sources: Sequence[TableSource]) -> list[Match]:
    """The equally good lines for a phrase: those that have the times of the question, if any does."""
    matches = best_lines(phrase, sources)
    having = [one for one in matches if not at_times(one.line, query.times)[1]]
    return having or matches


def is_plain(matches: Sequence[Match]) -> bool:
    """Whether the question names a single line, and all of its name."""
    return len(matches) == 1 and matches[0].named > WHOLE


def places_of(query: TableQuery, line: Line) -> tuple[list[CellPlace], list[Time]]:
    """The cells of a line at the times of the question, and the times that it lacks. A question without times
    gets the newest, or all when it asks for each."""
    if query.each and len(query.times) == 1 and (parts := within(line, query.times[0])):
        return parts, []
    if query.times:
        return at_times(line, query.times)
    if query.each and query.operation == "look up":
        return list(line.places), []
    return [max(line.places, key=when)], []


def compared(query: TableQuery, line: Line) -> tuple[list[CellPlace], list[Time]]:
    """The cells of a line among which the question chooses, and the times that it lacks."""
    if not query.times:
        return [place for place in line.places if when(place)], []
    if len(query.times) == 1 and (parts := within(line, query.times[0])):
        return parts, []
    return at_times(line, query.times)


def several(query: TableQuery, sources: Sequence[TableSource]) -> tuple[list[CellPlace], list[Match]] | None:
    """The cells of the lines that a question names together: "revenue from Apple and Huawei in 2017"."""
    phrase = query.targets[0]
    chosen: list[Match] = []
    for match in match_lines(phrase, sources):
        if not match.is_sure or match.named <= WHOLE:
            continue
        known = frozenset[str]().union(*(one.matched for one in chosen))
        same = [one for one in chosen if _is_same_name(one.line, match.line)]
        if match.matched - known and not same and _is_same_table(chosen, match):
            chosen.append(match)
    if len(chosen) < 2:
        return None
    stems = label_stems(phrase)
    chosen.sort(key=lambda one: max((stems.index(stem) for stem in one.matched if stem in stems), default=0))
    found = [places_of(query, match.line) for match in chosen]
    if any(missing or not places for places, missing in found):
        return None
    return [places[0] for places, _ in found], chosen


def pair(
    query: TableQuery, sources: Sequence[TableSource]
) -> tuple[tuple[CellPlace, CellPlace], list[Match]] | None:
    """The cells of the two lines that a question combines, at its time or else at their newest."""
    pairs = [found for split in query.splits if (found := _lines_of(query, split, sources))]
    for first, second in sorted(pairs, key=lambda one: -(one[0].score + one[1].score)):
        a, missing_a = places_of(query, first.line)
        b, missing_b = places_of(query, second.line)
        if not missing_a and not missing_b and a[0] is not b[0]:
            return (a[0], b[0]), [first, second]
    return None


def _is_same_name(one: Line, other: Line) -> bool:
    return one.name == other.name and one.over == other.over


def _is_same_table(chosen: Sequence[Match], match: Match) -> bool:
    return not chosen or chosen[0].line.source is match.line.source


def _lines_of(
    query: TableQuery, split: tuple[str, str], sources: Sequence[TableSource]
) -> tuple[Match, Match] | None:
    """The two lines that two phrases name. Each may lend the other what it leaves out: "domestic and
    international discount rates", "current to non-current revenue at the end of the period"."""
    first, second = split
    one = named(query, first, sources) or named(query, f"{first} {_tail(second)}", sources)
    other = named(query, second, sources) or named(query, f"{second} {_tail(first)}", sources)
    if not one or not other:
        return None
    a, b = one[0], other[0]
    if not a.matched & a.line.over:
        a = _under(a, b)
    elif not b.matched & b.line.over:
        b = _under(b, a)
    return None if a.line is b.line else (a, b)


def _under(match: Match, other: Match) -> Match:
    """The match moved to the column of the other, where its row has a cell there too."""
    for line in match.line.source.lines:
        if line.row is match.line.row and line.over == other.line.over:
            return replace(match, line=line)
    return match


def _tail(phrase: str) -> str:
    """The words of a phrase but the first: "domestic and international discount rates" lends "rates"."""
    return " ".join(phrase.split()[1:])
