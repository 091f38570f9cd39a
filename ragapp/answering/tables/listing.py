"""Lists the periods of a table, and the rows of a section, and counts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from ragapp.answering.tables.choosing import counted
from ragapp.answering.tables.labels import label_stems
from ragapp.answering.tables.lines import best_lines
from ragapp.answering.tables.outcome import Outcome, TableAnswer, time_name
from ragapp.answering.tables.query import TableQuery
from ragapp.answering.tables.sources import Line, TableSource

_KINDS: Final = frozenset(
    {"compon", "type", "item", "categori", "kind", "under", "includ", "consist", "financi", "differ"}
)
SECTION = 0.6
EXPLAINED = 0.7
EXPLAINED_TIMES = 0.6
"""The least shares: of a section's name that a question has, and of the question's stems that a table has."""

WHOLE_TABLE = 0.8
"""The confidence that all rows of a table are meant."""


class _Rows(NamedTuple):
    """Rows with the depth of the names that are listed, and the confidence."""

    lines: list[Line]
    depth: int
    confidence: float


def list_of(query: TableQuery, sources: Sequence[TableSource]) -> Outcome:
    return _periods(query, sources) if query.wanted == "period" else _row_names(query, sources)


def count_of(query: TableQuery, sources: Sequence[TableSource]) -> Outcome:
    """How many periods or rows there are, or meet the question's condition."""
    if query.condition is not None:
        return counted(query, sources)
    listed = list_of(query, sources)
    if not isinstance(listed, TableAnswer) or listed.names is None:
        return listed
    return replace(listed, names=None, count=len(listed.names))


def _periods(query: TableQuery, sources: Sequence[TableSource]) -> Outcome:
    stems = query.stems
    for source in sorted(sources, key=lambda one: -len(stems & _known(one))):
        places = [place for line in source.lines[:1] for place in line.places if place.period]
        explained = len(stems & _known(source)) / len(stems) if stems else 1.0
        if places and explained >= EXPLAINED_TIMES:
            names = tuple(dict.fromkeys(map(time_name, places)))
            return TableAnswer(query, tuple(places), explained, names=names)
    return None


def _row_names(query: TableQuery, sources: Sequence[TableSource]) -> Outcome:
    stems = query.stems - _KINDS
    rows = _of_section(sources, stems) or _of_total(query, sources, stems)
    if rows is None and not best_lines(" ".join(stems), sources):
        rows = _of_table(query, sources, stems)
    if rows is None:
        return None
    first = {line.row.index: line for line in reversed(rows.lines)}
    lines = [first[index] for index in sorted(first)]
    names = dict.fromkeys(line.row.path[min(rows.depth, len(line.row.path) - 1)] for line in lines)
    return TableAnswer(query, tuple(line.places[0] for line in lines), rows.confidence, names=tuple(names))


def _of_section(sources: Sequence[TableSource], stems: frozenset[str]) -> _Rows | None:
    """The rows, or the sections, of the section that the question names."""
    best: _Rows | None = None
    most = 0.0
    for source in sources:
        rows = [line for line in source.lines if not line.row.total]
        for path in {line.row.path[:at] for line in rows for at in range(1, len(line.row.path))}:
            own = frozenset(label_stems(path[-1]))
            share = len(own & stems) / len(own) if own else 0.0
            explained = len(stems & (own | _known(source))) / len(stems) if stems else 1.0
            if share >= SECTION and explained >= EXPLAINED and share * len(own) > most:
                most = share * len(own)
                inside = [line for line in rows if line.row.path[: len(path)] == path]
                best = _Rows(inside, len(path), min(share, explained))
    return best


def _of_total(query: TableQuery, sources: Sequence[TableSource], stems: frozenset[str]) -> _Rows | None:
    """The rows that a total adds up, when the question names the total."""
    for match in best_lines(" ".join(query.targets), sources):
        total = match.line.row
        if not total.total or len(match.line.own & stems) < 2:
            continue
        before = [line for line in match.line.source.lines if line.row.index < total.index]
        last = max((line.row.index for line in before if line.row.total), default=-1)
        parts = [line for line in before if line.row.index > last]
        if len(parts) > 1:
            return _Rows(parts, len(parts[0].row.path) - 1, match.named)
    return None


def _of_table(query: TableQuery, sources: Sequence[TableSource], stems: frozenset[str]) -> _Rows | None:
    """All rows of a table without sections, when the question names what the table is about."""
    for source in sources:
        has_sections = any(line.section for line in source.lines)
        names_it = stems <= source.caption_stems and bool(stems or "table" in query.text.lower())
        rows = [line for line in source.lines if not line.row.total]
        if names_it and not has_sections and len(rows) > 1:
            return _Rows(rows, 0, WHOLE_TABLE)
    return None


def _known(source: TableSource) -> frozenset[str]:
    return source.caption_stems | source.prose_stems
