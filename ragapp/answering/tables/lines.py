"""Finds the line of a table that a phrase of a question names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ragapp.answering.tables.labels import EMPTY, label_stems
from ragapp.answering.tables.sources import CellPlace, Line, TableSource
from ragapp.answering.tables.times import Time

NAMED = 0.6
"""The least share of a line's name, by weight, that a phrase must have."""

EXPLAINED = 0.75
"""The least share of a phrase, by weight, that a line and what stands around its table must have."""

BY_LABELS = 0.45
"""The least share of a phrase, by weight, that the names of row, section and column must have."""

BY_PROSE = 0.3
"""How much a word counts as explained that only the prose around a table has."""

SHORTENED = 0.65
"""How well a long name is named by its first words, or by what it has in parentheses."""

EQUAL = 0.05
"""Lines whose scores differ by no more are equally good."""


@dataclass(frozen=True, slots=True)
class Match:
    """A line with how well a phrase names it: `named` is the share of its name that the phrase has,
    `explained` the share of the phrase that its table has. `matched` are the stems of its name and column."""

    line: Line
    score: float
    named: float
    explained: float
    matched: frozenset[str]

    @property
    def is_sure(self) -> bool:
        return self.named >= NAMED and self.explained >= EXPLAINED


def match_lines(phrase: str, sources: Iterable[TableSource]) -> list[Match]:
    """The lines that a phrase names, the best first. Lines that share no word with it are left out."""
    stems = label_stems(phrase)
    found = [
        match for source in sources for line in source.lines if (match := _match(stems, line)) is not None
    ]
    return sorted(found, key=lambda match: -match.score)


def best_lines(phrase: str, sources: Iterable[TableSource]) -> list[Match]:
    """The best line that is surely meant, with those that are equally good; none when no line is."""
    matches = [match for match in match_lines(phrase, sources) if match.is_sure]
    return [match for match in matches if match.score >= matches[0].score - EQUAL]


def _match(stems: Sequence[str], line: Line) -> Match | None:
    asked = frozenset(stems)
    known = line.known
    if known.isdisjoint(asked):
        return None
    weight = line.source.weight
    own, over, section = asked & line.own, asked & line.over, asked & line.section
    if not (own | over | section) - EMPTY and not (line.own <= asked and own):
        return None
    name = sum(map(weight, line.own))
    named = sum(map(weight, own)) / name if name else 0.0
    if not line.own or (not own and over):
        named = max(_share(over, line.over), _share(over & line.lowest, line.lowest))
    elif _is_shortened(stems, line):
        named = max(named, SHORTENED)
    asked -= EMPTY - known
    total = sum(map(weight, asked)) or 1.0
    by_labels = sum(map(weight, asked & known))
    about = frozenset(filter(line.source.is_about, asked - known))
    caption = sum(map(weight, about))
    prose = sum(map(weight, (asked - known - about) & line.source.prose_stems))
    explained = (by_labels + caption + BY_PROSE * prose) / total
    whole = named > 0.99
    if by_labels + (caption if whole else 0.0) < BY_LABELS * total:
        explained = min(explained, EXPLAINED / 2)
    score = (
        sum(map(weight, own | (asked & line.aside)))
        + 0.9 * sum(map(weight, over - own))
        + 0.7 * sum(map(weight, section - own - over))
        - 0.6 * sum(map(weight, line.own - asked))
        - 0.25 * sum(map(weight, line.lowest - asked))
        - 0.05 * sum(map(weight, line.over - line.lowest - asked))
        - 0.1 * len(line.aside - asked)
        - 0.15 * sum(map(weight, line.nearest - asked))
        - 0.5
        * sum(weight(one) for one in asked - known - line.source.said_stems if one in line.source.weights)
        + (0.5 if _contains(stems, line.name) else 0.0)
    )
    return Match(line, score, named, explained, own | over)


def _share(found: frozenset[str], of: frozenset[str]) -> float:
    return len(found) / len(of) if of else 0.0


def _is_shortened(stems: Sequence[str], line: Line) -> bool:
    """Whether a phrase has the first words of a long name, or what it has in parentheses."""
    first = tuple(one for one in stems if one not in EMPTY)
    in_parentheses = bool(line.aside) and line.aside <= frozenset(stems)
    return in_parentheses or (len(first) > 1 and line.name[: len(first)] == first)


def _contains(stems: Sequence[str], name: Sequence[str]) -> bool:
    """Whether a phrase has the words of a name one after the other."""
    size = len(name)
    return size > 0 and any(
        tuple(stems[at : at + size]) == tuple(name) for at in range(len(stems) - size + 1)
    )


def at_times(line: Line, times: Collection[Time]) -> tuple[list[CellPlace], list[Time]]:
    """The line's places at the times, in the order of the times, and the times that it does not have."""
    found: list[CellPlace] = []
    missing = []
    for time in times:
        places = _at(line, time, {one.year for one in times})
        found += places[:1]
        if not places:
            missing.append(time)
    return list(dict.fromkeys(found)), missing


def within(line: Line, time: Time) -> list[CellPlace]:
    """The places of a line in the parts of a year, when a question names the year alone."""
    if time.quarter or time.day:
        return []
    found = [place for place in line.places if place.period and place.period.year == time.year]
    return found if len(found) > 1 else []


def in_order(places: Collection[CellPlace]) -> list[CellPlace]:
    """The places that have a time, from the earliest to the latest."""
    return sorted((place for place in places if when(place)), key=when)


def when(place: CellPlace) -> int:
    """The last day of a place's time as a number; 0 when it has none."""
    if place.period:
        return place.period.end.toordinal()
    return date(max(place.years), 12, 31).toordinal() if place.years else 0


def _at(line: Line, time: Time, years: set[int]) -> list[CellPlace]:
    comparing = [place for place in line.places if place.years and place.years == years]
    fitting = [place for place in line.places if place.period and place.period.year == time.year]
    if not time.quarter and not time.day:
        fitting = [place for place in fitting if place.period and place.period.months in {12, None}]
    exact = [place for place in fitting if place.period and time.day and place.period.end == time.day]
    if exact:
        return exact
    if time.quarter:
        return [place for place in fitting if place.period and time.is_quarter(place.period)]
    if len({place.period and place.period.end for place in fitting}) > 1 and time.day:
        return []
    if fitting or comparing:
        return fitting or comparing
    ranges = [place for place in line.places if time.year in place.years and len(place.years) == 2]
    if ranges and len(line.places) > 1:
        return ranges
    timeless = [place for place in line.places if place.period is None and not place.years]
    return timeless if time.year in line.source.years_around and not line.source.periods else []
