"""Reads the parts of a question over records: conditions, order, figures and groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from re import Match
from typing import cast

from ragapp.answering.tables import record_words as patterns
from ragapp.answering.tables.record_question import RecordQuestion
from ragapp.answering.tables.record_tables import RecordColumn, RecordTable, number_of
from ragapp.answering.terms import NUMBER_WORDS
from ragapp.types import AggregateFunction, SortKey, TableFilter, TableOperator


@dataclass(slots=True)
class QuestionParts:
    """What a question wants: `compared` is the column by which rows are ordered, `checked` the one of a
    condition. `compares_count` says that groups are compared by their number of rows.
    """

    filters: list[TableFilter] = field(default_factory=list)
    group: RecordColumn | None = None
    by_year: RecordColumn | None = None
    figure: AggregateFunction | None = None
    is_list: bool = False
    counts: bool = False
    largest: bool | None = None
    compared: RecordColumn | None = None
    checked: RecordColumn | None = None
    limit: int | None = None
    sort: SortKey | None = None
    compares_count: bool = False


def read_parts(text: RecordQuestion, table: RecordTable) -> QuestionParts | None:
    """The parts that the words of a question name, which are used up; None when it compares something that
    the table does not have."""
    parts = QuestionParts(is_list=text.take(patterns.LISTS) is not None)
    parts.counts = text.take(patterns.COUNT) is not None
    _read_conditions(text, table, parts)
    _read_order(text, table, parts)
    _read_figures(text, parts)
    _read_groups(text, table, parts)
    if parts.compared is None and parts.largest is not None and not _find_compared(text, table, parts):
        return None
    return parts


def _numeric(table: RecordTable) -> list[RecordColumn]:
    return [column for column in table.columns if column.numeric]


def _moments(table: RecordTable) -> list[RecordColumn]:
    return [column for column in table.columns if column.moment]


def _read_conditions(text: RecordQuestion, table: RecordTable, parts: QuestionParts) -> None:
    while found := text.take(patterns.MOMENT):
        column = text.near(found.start(), found.end(), _moments(table)) or _only(_moments(table))
        if column is None:
            text.free(found.start(), found.end())
            break
        parts.filters += _of_moment(column, found["is"].lower(), int(found["year"]))
        parts.checked = column
    while found := text.take(patterns.CONDITION):
        column = _of_condition(text, found, table)
        if column is None:
            text.free(found.start(), found.end())
            break
        operator = patterns.OPERATORS.get(found["is"].lower(), ">")
        amount = number_of(found["number"]).scaleb(patterns.SCALES.get((found["scale"] or "").lower(), 0))
        value = amount.scaleb(-column.column.scale)
        parts.filters.append(TableFilter(column.name, cast(TableOperator, operator), f"{value:f}"))
        parts.checked = column
    if found := text.take(patterns.BETWEEN):
        column = _of_condition(text, found, table)
        if column is not None:
            low, high = number_of(found["low"]), number_of(found["high"])
            if column.moment and not column.years:
                parts.filters += _of_moment(column, "since", int(low)) + _of_moment(
                    column, "until", int(high)
                )
            else:
                parts.filters += [
                    TableFilter(column.name, ">=", f"{low:f}"),
                    TableFilter(column.name, "<=", f"{high:f}"),
                ]
            parts.checked = column
    _read_nothing(text, table, parts)


def _read_nothing(text: RecordQuestion, table: RecordTable, parts: QuestionParts) -> None:
    """Conditions without a number: "no open positions", "out of stock"."""
    if text.take(patterns.NONE_LEFT):
        column = next(
            (one for one in _numeric(table) if one.stems & {"stock", "quantiti", "inventori"}), None
        )
        if column is not None:
            parts.filters.append(TableFilter(column.name, "=", "0"))
            parts.checked = column
    elif found := text.take(patterns.NO_SUCH):
        text.free(found.start("name"), found.end("name"))
        column = text.column_in(found.start("name"), found.end("name"), _numeric(table))
        if column is None:
            text.free(found.start(), found.end())
        else:
            parts.filters.append(TableFilter(column.name, "=", "0"))
            parts.checked = column


def _of_condition(text: RecordQuestion, found: Match[str], table: RecordTable) -> RecordColumn | None:
    columns = [*_numeric(table), *_moments(table)]
    return text.near(found.start(), found.end(), columns) or _only(_numeric(table))


def _of_moment(column: RecordColumn, word: str, year: int) -> list[TableFilter]:
    """The filters for a time before, after or in a year."""
    first, last = (str(year), str(year)) if column.years else (f"{year}-01-01", f"{year}-12-31")
    if column.column.type == "time":
        last = f"{year}-12-31 23:59:59"
    if word in ("after", "since", "from"):
        return [
            TableFilter(column.name, ">" if word == "after" else ">=", last if word == "after" else first)
        ]
    if word in ("before", "until"):
        return [
            TableFilter(column.name, "<" if word == "before" else "<=", first if word == "before" else last)
        ]
    return [TableFilter(column.name, ">=", first), TableFilter(column.name, "<=", last)]


def _read_order(text: RecordQuestion, table: RecordTable, parts: QuestionParts) -> None:
    if found := text.take(patterns.SORTED):
        text.free(found.start("name"), found.end("name"))
        column = text.column_in(found.start("name"), found.end("name"), table.columns)
        if column is not None:
            parts.sort = SortKey(column.name, found["down"] is not None)
            parts.compared = parts.compared or column
    if found := text.take(patterns.TOP):
        number = (found["n"] or found["m"]).lower()
        parts.limit = NUMBER_WORDS.get(number) or (int(number) if number.isdecimal() else None)
        if found["top"]:
            parts.largest = found["top"].lower() in ("top", "best", "first")
    found = text.take(patterns.SUPERLATIVE)
    if found is None:
        return
    word = " ".join(found["word"].lower().split())
    meant = patterns.SUPERLATIVES.get(word)
    if meant is None:
        return
    parts.largest = meant.descending
    column = next((one for one in _numeric(table) if one.stems & set(meant.stems)), None)
    if column is None and meant.moment:
        moments = _moments(table)
        column = text.near(found.start(), found.end(), moments) or _only(moments)
        if column is not None and word in ("oldest", "youngest"):
            parts.largest = not meant.descending
    if column is None and (meant.stems or meant.moment):
        parts.largest = None
        text.free(found.start(), found.end())
        return
    parts.compared = column or parts.compared
    if column is not None:
        text.use_column(text.words, column)


def _read_figures(text: RecordQuestion, parts: QuestionParts) -> None:
    if text.take(patterns.AVERAGE):
        parts.figure = "average"
    elif text.take(patterns.TOTAL):
        parts.figure = "sum"


def _read_groups(text: RecordQuestion, table: RecordTable, parts: QuestionParts) -> None:
    while found := text.take(patterns.GROUPED):
        text.free(found.start("name"), found.end("name"))
        first = found["name"].split()[0].lower()
        if first in patterns.UNITS_OF_TIME and (moment := _only(_moments(table))):
            parts.by_year = moment
            text.take(patterns.YEAR)
            continue
        column = text.column_in(found.start("name"), found.end("name"), table.columns)
        if column is None:
            text.free(found.start(), found.end())
            return
        if column.numeric:
            parts.compared = column
        else:
            parts.group = column


def _find_compared(text: RecordQuestion, table: RecordTable, parts: QuestionParts) -> bool:
    """Finds what the question compares: a column of numbers, or the number of rows."""
    column = text.column_in(0, len(text.text), _numeric(table))
    if column is not None:
        parts.compared = column
        return True
    parts.compares_count = bool(set(text.rest()) - patterns.LIGHT)
    return parts.compares_count


def read_values(text: RecordQuestion, table: RecordTable, parts: QuestionParts) -> None:
    wanted: dict[tuple[str, bool], list[str]] = {}
    for column, value, excluded in text.values(table):
        wanted.setdefault((column.name, excluded), []).append(value)
    for (name, excluded), values in wanted.items():
        if excluded:
            parts.filters += [TableFilter(name, "!=", value) for value in values]
        elif len(values) > 1:
            parts.filters.append(TableFilter(name, "in", tuple(values)))
        else:
            parts.filters.append(TableFilter(name, "=", values[0]))


def _only(columns: Sequence[RecordColumn]) -> RecordColumn | None:
    return columns[0] if len(columns) == 1 else None
