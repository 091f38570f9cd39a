"""Tables of records: each row is one thing of a kind, and each column has one of its properties."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ragapp.answering.tables.labels import label_stems
from ragapp.table_queries.checking import NUMBERS
from ragapp.table_queries.queries import data_columns
from ragapp.table_queries.relation import Relation, relation_of
from ragapp.tables.units import without_units
from ragapp.types import PATH_BORDER, ResultColumn, StoredTable, TableValue

FIRST_YEAR: Final = 1500
LAST_YEAR: Final = 2100
"""A column is one of years if all its numbers are whole and within these."""

_ASIDE: Final = re.compile(r"\([^()]{0,40}\)")
_NAME_PART: Final = re.compile(r"[^\W_]+")
_IDENTIFIERS: Final = frozenset({"id", "no", "nr", "code", "key", "zip", "postcode", "phone", "isbn", "sku"})

Stems = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordColumn:
    """A column with the stems of its name without units. `values` has the printed texts by their stems;
    `unique` says whether each row has another text. `years` marks a column of years, and `identifies` one of
    numbers that are names: "order_id". `first` and `last` are the least and greatest value.
    """

    column: ResultColumn
    stems: frozenset[str]
    values: Mapping[Stems, str]
    unique: bool = False
    years: bool = False
    identifies: bool = False
    first: str = ""
    last: str = ""

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def numeric(self) -> bool:
        return self.column.type in NUMBERS and not self.years and not self.identifies

    @property
    def moment(self) -> bool:
        return self.years or self.column.type in ("date", "time")


@dataclass(frozen=True, slots=True)
class RecordTable:
    """A stored table whose rows are records. `about` are the stems of what it is called: its caption and the
    title and name of its document. `relation` is None for a data file."""

    stored: StoredTable
    columns: tuple[RecordColumn, ...]
    about: frozenset[str]
    relation: Relation | None

    @property
    def label(self) -> RecordColumn | None:
        """The column that names the rows."""
        return next((one for one in self.columns if one.unique), self._first_text())

    def _first_text(self) -> RecordColumn | None:
        if self.relation is None:
            return None
        return next((one for one in self.columns if one.column.type == "text"), None)


def record_table(stored: StoredTable, title: str) -> RecordTable | None:
    """The table as one of records; None for one whose columns are periods, or whose rows have sections."""
    names = f"{title} {stored.document_name.rpartition('.')[0]} {stored.table.caption}"
    about = frozenset(label_stems(names.replace("_", " ").replace("-", " ")))
    if stored.data is not None:
        rows = stored.data.rows
        described = zip(stored.data.columns, data_columns(stored.data), strict=True)
        columns = tuple(
            RecordColumn(
                column,
                _name_stems(column.name),
                _by_stems(one.examples),
                False,
                one.type == "number" and _are_years((one.minimum, one.maximum)) and one.distinct < rows,
                _identifies(one.name),
                one.minimum or "",
                one.maximum or "",
            )
            for one, column in described
        )
        return RecordTable(stored, columns, about, None)
    table = stored.table
    if len(table.rows) < 2 or any(len(row.path) > 1 or row.period for row in table.rows):
        return None
    if any(one.period for one in table.columns) or not any(one.name for one in table.columns):
        return None
    whole = relation_of(table)
    parts = tuple(row for row in whole.rows if not row.total)
    relation = Relation(whole.columns, parts or whole.rows)
    columns = tuple(
        _column(column, [row.values[place] for row in relation.rows])
        for place, column in enumerate(relation.columns)
    )
    return RecordTable(stored, columns, about, relation)


def _column(column: ResultColumn, values: Sequence[TableValue]) -> RecordColumn:
    present = [value for value in values if value is not None]
    texts = [value for value in present if isinstance(value, str)]
    is_text = column.type == "text"
    moments = sorted(map(str, present))
    return RecordColumn(
        column,
        _name_stems(column.name),
        _by_stems(texts) if is_text else {},
        is_text and len(set(texts)) == len(values) and len(values) > 1,
        not is_text and bool(present) and _are_years(present),
        _identifies(column.name),
        moments[0] if moments else "",
        moments[-1] if moments else "",
    )


def _are_years(values: Iterable[TableValue]) -> bool:
    """Whether the values are whole numbers that can be years."""
    for value in values:
        text = str(value)
        if not (len(text) == 4 and text.isdecimal() and FIRST_YEAR <= int(text) <= LAST_YEAR):
            return False
    return True


def _identifies(name: str) -> bool:
    """Whether the name of a column says that its numbers are names: "order_id", "No.", "zip code"."""
    return bool(_IDENTIFIERS & set(_NAME_PART.findall(name.lower())))


def _by_stems(texts: Iterable[str]) -> dict[Stems, str]:
    return {stems: text for text in texts if (stems := label_stems(text))}


def _name_stems(name: str) -> frozenset[str]:
    own = name.rpartition(PATH_BORDER)[2].replace("_", " ")
    return frozenset(label_stems(_ASIDE.sub(" ", without_units(own))) or label_stems(own))


def number_of(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))
