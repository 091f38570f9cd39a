"""The rows among which a question chooses: "which country had the highest revenue in 2019?"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ragapp.answering.tables.finding import places_of
from ragapp.answering.tables.lines import BY_PROSE
from ragapp.answering.tables.query import TableQuery
from ragapp.answering.tables.sources import CellPlace, Line, TableSource

EXPLAINED = 0.7
"""The least share of a question's stems that a table must have for its rows to be meant."""

SECTION = 0.6
"""The least share of a section's name that a question must have for the section to be meant."""


@dataclass(frozen=True, slots=True)
class RowChoice:
    """One cell of each row. `matched` are the stems of the question that section, column and caption have;
    `explained` is the share of its stems that the table has."""

    places: tuple[CellPlace, ...]
    matched: frozenset[str]
    explained: float


def rows_asked(query: TableQuery, source: TableSource, stems: frozenset[str]) -> RowChoice | None:
    """One cell of each row except totals: the one at the time, and in the column, that the question names."""
    lines = [line for line in source.lines if not line.row.total and not _is_sum(line)]
    section = max((one.section for one in lines), key=lambda one: len(one & stems), default=frozenset[str]())
    if len(section & stems) >= max(1.0, SECTION * len(section)):
        lines = [line for line in lines if line.section == section]
    column = max(
        (one.over for one in lines), key=lambda one: (len(one & stems), -len(one)), default=frozenset[str]()
    )
    places = _one_each(query, [line for line in lines if line.over == column])
    known = source.caption_stems | section | column
    weight = len(stems & known) + BY_PROSE * len((stems - known) & source.prose_stems)
    explained = weight / len(stems) if stems else 0.0
    if len(places) < 2 or explained < EXPLAINED:
        return None
    return RowChoice(tuple(places), stems & (section | column | source.caption_stems), explained)


def _one_each(query: TableQuery, lines: Sequence[Line]) -> list[CellPlace]:
    found = (places_of(query, line) for line in lines)
    return [
        places[0] for places, missing in found if not missing and places and places[0].cell.amount is not None
    ]


def _is_sum(line: Line) -> bool:
    """Whether a row adds up others: "Total …", or "Net …" of its section."""
    return "total" in line.own or (line.name[:1] == ("net",) and line.own - {"net"} <= line.section)
