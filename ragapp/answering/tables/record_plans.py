"""Turns a question into a plan over a table of records: filters, groups, figures, an order and a limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from ragapp.answering.tables import record_words as patterns
from ragapp.answering.tables.query import read_query
from ragapp.answering.tables.record_parts import QuestionParts, read_parts, read_values
from ragapp.answering.tables.record_question import RecordQuestion
from ragapp.answering.tables.record_tables import RecordColumn, RecordTable, record_table
from ragapp.types import Aggregate, SortKey, StoredTable, TablePlan

MOST_ROWS: Final = 20
MOST_YEARS: Final = 30
LONGEST: Final = 300
"""Rows that an answer shows, years that it is grouped by, and characters of a question that is understood."""


@dataclass(frozen=True, slots=True)
class RecordPlan:
    """A plan with the table that it is for. `shown` is the column whose values answer; `compared` the one
    that was compared. `counts` says that the number of rows is asked for. `years` are those by which a column
    of dates is grouped: the plan is then run for each. `weight` says how much of the question the table
    knows.
    """

    table: RecordTable
    plan: TablePlan
    shown: RecordColumn | None = None
    compared: RecordColumn | None = None
    counts: bool = False
    years: tuple[int, ...] = ()
    moment: RecordColumn | None = None
    weight: int = 0


def asks_records(question: str) -> bool:
    """Whether a question may be one for a figure over rows, for some rows, or for the first ones."""
    return len(question) <= LONGEST and any(pattern.search(question) for pattern in _SHAPES)


def left_to_lines(question: str, tables: Sequence[StoredTable]) -> Sequence[StoredTable]:
    """The tables that a question may be answered from without a plan. Which records there are, and how many,
    only plans say: they know that "tractors" are none of them."""
    if read_query(question).operation not in ("count", "filter"):
        return tables
    return [table for table in tables if record_table(table, "") is None]


def plan_for(question: str, table: RecordTable) -> RecordPlan | None:
    """The plan that a question asks for, if the table explains all of its words; else None."""
    if len(question) > LONGEST:
        return None
    text = RecordQuestion(" ".join(question.split()).rstrip(" ?.!"))
    parts = read_parts(text, table)
    if parts is None:
        return None
    named = _named_columns(text, table)
    read_values(text, table, parts)
    told = text.explain(table.about)
    for column in table.columns:
        text.explain(column.stems)
    if text.unexplained():
        return None
    plan = _assembled(table, parts, named, is_told=told > 0)
    known = len(named) + len(parts.filters) + (parts.compared is not None) + (told > 0)
    if plan and plan.plan.aggregates and parts.counts and _names_row(table, parts):
        known += 1  # a cell that states a number goes before the number of rows
    return plan and replace(plan, weight=known)


def _named_columns(text: RecordQuestion, table: RecordTable) -> list[RecordColumn]:
    """The columns that are named, in the order of the question."""
    named = []
    for word in text.words:
        if word.used:
            continue
        column = next((one for one in table.columns if one.stems and one.stems == set(word.stems)), None)
        if column is None:
            continue
        word.used = True
        named.append(column)
    while column := text.column_in(0, len(text.text), [one for one in table.columns if one not in named]):
        named.append(column)
    return named


def _assembled(
    table: RecordTable, parts: QuestionParts, named: Sequence[RecordColumn], *, is_told: bool
) -> RecordPlan | None:
    """The plan of the parts; None when they are no question for several rows."""
    numbers = [column for column in named if column.numeric]
    number = numbers[0] if numbers else None
    where = tuple(parts.filters)
    fixed = {one.column for one in where if one.operator == "="}
    target = next((one for one in named if _names_things(one) and one.name not in fixed), None)
    made = RecordPlan(table, TablePlan(where=where, limit=MOST_ROWS), target, parts.compared or parts.checked)
    if parts.group or parts.by_year:
        return _grouped(made, parts, number or parts.compared)
    if parts.largest is not None:
        return _ranked(made, parts, number)
    if parts.figure:
        return _with(made, Aggregate(parts.figure, number.name)) if number else None
    if parts.counts:
        is_known = bool(where or target) or is_told or any(one.identifies for one in named)
        return _counted(made, named) if is_known or number else None
    if (
        parts.is_list
        and (where or parts.sort)
        and not _names_row(table, parts)
        and (target or is_told or parts.checked)
    ):
        sort = (parts.sort,) if parts.sort else ()
        return replace(made, plan=replace(made.plan, sort=sort), compared=made.compared or number)
    return None


def _names_row(table: RecordTable, parts: QuestionParts) -> bool:
    return any(
        table.label and one.column == table.label.name and one.operator == "=" for one in parts.filters
    )


def _with(made: RecordPlan, figure: Aggregate) -> RecordPlan:
    return replace(made, plan=replace(made.plan, aggregates=(figure,)))


def _counted(made: RecordPlan, named: Sequence[RecordColumn]) -> RecordPlan:
    """How many rows there are, or how many different values; a column of numbers is summed: "how many
    employees"."""
    checked = {one.column for one in made.plan.where}
    if named and named[0].numeric and named[0].name not in checked:
        return replace(_with(made, Aggregate("sum", named[0].name)), compared=named[0])
    if made.shown is not None and _is_repeated(made) and not made.plan.where:
        return replace(made, plan=replace(made.plan, group_by=(made.shown.name,)), counts=True)
    return replace(made, counts=True)


def _is_repeated(made: RecordPlan) -> bool:
    """Whether several rows may have the same value of what is asked for."""
    column = made.shown
    return column is not None and column is not made.table.label and not column.unique


def _names_things(column: RecordColumn) -> bool:
    return not (column.numeric or column.moment or column.identifies)


def _grouped(made: RecordPlan, parts: QuestionParts, column: RecordColumn | None) -> RecordPlan | None:
    figure = _figure(parts, column)
    if figure is None:
        return None
    if parts.by_year is not None:
        years = _years_of(parts.by_year)
        plan = replace(made.plan, aggregates=(figure,))
        return replace(made, plan=plan, years=years, moment=parts.by_year) if years else None
    assert parts.group is not None
    largest = True if parts.largest is None else parts.largest
    sort = (SortKey(figure.name, largest),)
    plan = replace(
        made.plan,
        group_by=(parts.group.name,),
        aggregates=(figure,),
        sort=sort,
        limit=parts.limit or MOST_ROWS,
    )
    return replace(made, plan=plan, shown=parts.group)


def _figure(parts: QuestionParts, column: RecordColumn | None) -> Aggregate | None:
    if column is not None and column.numeric:
        return Aggregate(parts.figure or "sum", column.name)
    return Aggregate("count") if parts.counts or parts.compares_count else None


def _years_of(column: RecordColumn) -> tuple[int, ...]:
    first, last = column.first[:4], column.last[:4]
    if not (first.isdecimal() and last.isdecimal()) or int(last) - int(first) >= MOST_YEARS:
        return ()
    return tuple(range(int(first), int(last) + 1))


def _ranked(made: RecordPlan, parts: QuestionParts, number: RecordColumn | None) -> RecordPlan | None:
    """The first rows or groups by a column."""
    moment = parts.compared if parts.compared and parts.compared.moment else None
    column = parts.compared if parts.compared and parts.compared.numeric else number
    by_groups = parts.figure or parts.compares_count or _sums(made)
    if made.shown is not None and _is_repeated(made) and moment is None and by_groups:
        figure = _figure(parts, column)
        if figure is None:
            return None
        sort = (SortKey(figure.name, bool(parts.largest)),)
        grouped = replace(made.plan, group_by=(made.shown.name,), sort=sort, limit=parts.limit or 1)
        return replace(made, plan=replace(grouped, aggregates=(figure,)))
    compared = moment or column
    if compared is None or parts.compares_count:
        return None
    sort = (SortKey(compared.name, bool(parts.largest)),)
    return replace(made, plan=replace(made.plan, sort=sort, limit=parts.limit or 1), compared=compared)


def _sums(made: RecordPlan) -> bool:
    """Whether the rows have no names of their own, so that what is asked for are sums over them."""
    return made.table.label is None or not made.table.label.unique


_SHAPES: Final = (
    patterns.LISTS,
    patterns.COUNT,
    patterns.AVERAGE,
    patterns.TOTAL,
    patterns.SUPERLATIVE,
    patterns.TOP,
    patterns.GROUPED,
)
