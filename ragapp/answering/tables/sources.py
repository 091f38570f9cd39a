"""Tables as questions see them: lines of cells over periods, with the words that name them."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache

from ragapp.answering.tables.labels import label_stems
from ragapp.tables.periods import DATE_FORMS, MONTH_DAY, names_no_more_than_a_time, read_period, years_in
from ragapp.tables.units import says_only_units, without_units
from ragapp.types.tables import DataTable, Period, TableCell, TableHeader

_YEARS = re.compile(r"\b(?:19|20)\d\d(?:[/–-](?:19|20)?\d\d)?\b|\b(?:FY|fiscal)\b", re.IGNORECASE)
_RESTATED = re.compile(
    r"\b(?:restated|unaudited|audited|estimated|final|revised|preliminary)\d?\b", re.IGNORECASE
)
_COMMON = frozenset({"total", "net", "less", "and"})
"""Stems that lines share: they tell lines apart, and name none."""

LONGEST_INTRODUCTION = 250
"""Characters at the end of what introduces a table that are taken for words about it."""

LONG = 4
"""Letters of a stem that is looked for inside the words of a title."""

LIGHT = 0.5
"""The weight of a stem that lines share, where the rarest weigh 1.5."""


@dataclass(frozen=True, slots=True, eq=False)
class CellPlace:
    """A cell with its heads and its period, None where the table names none for it."""

    source: TableSource
    row: TableHeader
    column: TableHeader
    cell: TableCell
    period: Period | None
    years: frozenset[int] = frozenset()
    """The years that its head compares: "2019 vs. 2018"."""


@dataclass(frozen=True, eq=False)
class Line:
    """The cells of one name over the periods of a table, with the stems of what names it.

    `name` is the row's name, `aside` what that has in parentheses, `section` all that stands above the row
    and `nearest` the last of it, `over` the names of the columns and `lowest` the lowest of them.
    """

    places: tuple[CellPlace, ...]
    name: tuple[str, ...]
    aside: frozenset[str]
    section: frozenset[str]
    over: frozenset[str]
    lowest: frozenset[str]
    nearest: frozenset[str]

    @property
    def row(self) -> TableHeader:
        return self.places[0].row

    @property
    def column(self) -> TableHeader:
        return self.places[0].column

    @cached_property
    def own(self) -> frozenset[str]:
        return frozenset(self.name)

    @cached_property
    def known(self) -> frozenset[str]:
        """All stems that name the line."""
        return self.own | self.aside | self.section | self.over

    @property
    def source(self) -> TableSource:
        return self.places[0].source


@dataclass(frozen=True, eq=False)
class TableSource:
    """A table with what is around it: `title` is its document's and section's, `prose` the text nearby."""

    table: DataTable
    title: str = ""
    prose: str = ""

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        grouped: dict[object, list[CellPlace]] = {}
        for row in self.table.rows:
            for column in self.table.columns:
                cell = self.table.cell(row, column)
                if cell is not None:
                    place = self._place(row, column, cell)
                    grouped.setdefault(_key(place), []).append(place)
        return tuple(map(_line, grouped.values()))

    @cached_property
    def caption_stems(self) -> frozenset[str]:
        """The stems of the table's caption, introduction and title, and of all its heads."""
        heads = (cell.text for cell in self.table.header_cells.values())
        return self.said_stems | frozenset(one for text in heads for one in label_stems(text))

    @cached_property
    def said_stems(self) -> frozenset[str]:
        introduction = self.table.introduction[-LONGEST_INTRODUCTION:]
        said = (self.table.caption, introduction, self.title)
        return frozenset(one for text in said for one in label_stems(text))

    def is_about(self, stem: str) -> bool:
        """Whether the stem is in the table's caption, introduction or heads, or in the document's title.

        In the title it may be inside of a longer word: "express" in AMERICANEXPRESS_2022.
        """
        return stem in self.caption_stems or (len(stem) >= LONG and stem in self._title_letters)

    @cached_property
    def _title_letters(self) -> str:
        return "".join(filter(str.isalnum, self.title.lower()))

    @cached_property
    def prose_stems(self) -> frozenset[str]:
        return frozenset(label_stems(self.prose))

    @cached_property
    def weights(self) -> dict[str, float]:
        """The weight of each stem of the table's labels: how well it tells lines apart."""
        counts: Counter[str] = Counter()
        names = {line.name for line in self.lines}
        for name in names:
            counts.update(set(name))
        rows = max(2, len(names))
        found = {}
        for stem, count in counts.items():
            rarity = 0.5 + math.log(rows / count) / math.log(rows)
            found[stem] = LIGHT if stem in _COMMON else max(LIGHT, rarity)
        return found

    def weight(self, stem: str) -> float:
        return self.weights.get(stem, LIGHT if stem in _COMMON else 1.0)

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """The periods of the table, each once, in the order of the table."""
        found = {
            (place.period.year, place.period.end, place.period.months): place.period
            for line in self.lines
            for place in line.places
            if place.period
        }
        return tuple(found.values())

    @cached_property
    def years_around(self) -> frozenset[int]:
        """The years that the table's caption, introduction and heads name."""
        heads = (cell.text for cell in self.table.header_cells.values())
        said = (self.table.caption, self.table.introduction, *heads)
        return frozenset(year for text in said for year in years_in(text))

    def _place(self, row: TableHeader, column: TableHeader, cell: TableCell) -> CellPlace:
        of_section = row.period and any(map(_is_time, row.path))
        period = row.period if of_section else column.period or row.period
        if of_section and row.period and column.period and column.period.months == 3:
            quarter_of_column = f"Q{(column.period.end.month + 2) // 3}"
            period = read_period(f"{quarter_of_column} {row.period.year}")
        quarter = next((part for part in reversed(row.path) if names_quarter(part)), None)
        if quarter and period and period.months in {12, None}:
            period = read_period(f"{quarter} {period.year}") or period
        years = frozenset() if period else frozenset(years_in(" ".join(column.path)))
        return CellPlace(self, row, column, cell, period, years)


def names_quarter(text: str) -> bool:
    return re.match(r"(?i)(?:first|second|third|fourth|1st|2nd|3rd|4th) quarter$|Q[1-4]$", text) is not None


def _key(place: CellPlace) -> object:
    """Cells of the same key are one line. A row that is a time is a period of its column's line."""
    columns = tuple(part for part in place.column.path if not _is_time_or_unit(part))
    if place.column.period is not None:  # "Budget 2024" and "Budget 2025" are two times of one line
        columns = tuple(" ".join(_timeless(part).split()) for part in columns)
    rows = tuple(part for part in place.row.path if not _is_time(part))
    if place.column.period is None and place.row.period is not None:
        return rows, columns
    if any(map(_is_time, place.row.path)):
        return rows, columns, place.column.period and place.column.period.year
    return place.row.index, columns


def _line(places: list[CellPlace]) -> Line:
    row, column = places[0].row, places[0].column
    names = [part for part in row.path if not _is_time(part)]
    name = names[-1] if names else ""
    section = frozenset(one for part in names[:-1] for one in label_stems(_timeless(part)))
    over = [part for part in column.path if not _is_time_or_unit(part)]
    bare, inside = _without_parentheses(name)
    own = label_stems(_timeless(bare))
    if row.total and not _has_own_name(row):
        section |= frozenset(own)
        own = ("total",)
    aside = frozenset(label_stems(_timeless(inside)))
    return Line(
        tuple(places),
        own or tuple(aside),
        aside,
        section,
        frozenset(one for part in over for one in label_stems(_timeless(part))),
        frozenset(label_stems(_timeless(over[-1]))) if over else frozenset(),
        frozenset(label_stems(_timeless(_without_parentheses(names[-2])[0])))
        if len(names) > 1
        else frozenset(),
    )


def _without_parentheses(name: str) -> tuple[str, str]:
    """A name without what it has in parentheses, nested ones too, and that."""
    outside: list[str] = []
    inside: list[str] = []
    depth = 0
    for character in name:
        depth += character == "("
        (inside if depth > 0 else outside).append(character)
        depth -= character == ")" and depth > 0
    return "".join(outside), "".join(inside)


def _has_own_name(row: TableHeader) -> bool:
    """Whether a total has a label: the path of one without ends with the name of its section."""
    return bool(row.cells) and row.cells[-1][0] == row.index


@lru_cache(maxsize=1 << 14)
def _is_time(text: str) -> bool:
    return names_no_more_than_a_time(text) or names_quarter(text)


@lru_cache(maxsize=1 << 14)
def _is_time_or_unit(text: str) -> bool:
    """Whether a name of a column is a time, a unit or both: "2019 $’000 restated"."""
    if says_only_units(text):
        return text.strip() not in {"%", "$"}
    return _is_time(_RESTATED.sub(" ", without_units(text)))


@lru_cache(maxsize=1 << 14)
def _timeless(text: str) -> str:
    for form in (*DATE_FORMS, MONTH_DAY):
        text = form.sub(" ", text)
    return _YEARS.sub(" ", text)
