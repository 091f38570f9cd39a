"""Runs plans over tables of records, and says their results in sentences that cite the cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from ragapp.answering.tables.composing import with_unit
from ragapp.answering.tables.computing import shown
from ragapp.answering.tables.record_plans import MOST_ROWS, RecordPlan
from ragapp.answering.tables.record_tables import RecordColumn
from ragapp.table_queries.evaluate import evaluate
from ragapp.types import (
    Aggregate,
    ResultColumn,
    StoredTable,
    TableCell,
    TableFilter,
    TablePlan,
    TableResult,
    TableValue,
)

RunPlan = Callable[[StoredTable, TablePlan], TableResult]
"""Runs a plan over a data file. Raises UsageError, StorageError."""

MOST_OPERANDS: Final = 12
"""Operands that a formula shows one by one."""

SPARE: Final = 10
"""Rows beyond those asked for that are read, because they may have the same value as the last one."""

_FUNCTIONS: Final = {
    "sum": "Sum",
    "average": "Average",
    "minimum": "Minimum",
    "maximum": "Maximum",
    "count": "Number of rows",
}


@dataclass(frozen=True, slots=True)
class RecordSentence:
    """A sentence of an answer. `value` is the part that answers, `cells` are those it rests on."""

    text: str
    value: str
    cells: tuple[TableCell, ...] = ()
    formula: str | None = None


def answer_of(planned: RecordPlan, run: RunPlan) -> list[RecordSentence]:
    """The sentences of the answer; none when nothing meets the conditions of a question for a figure.

    Raises UsageError for values of different units, and StorageError.
    """
    plan = planned.plan
    if planned.years:
        return _by_years(planned, run)
    if plan.aggregates and not plan.group_by:
        return _of_figure(planned, run)
    if plan.group_by and planned.counts:
        return _of_distinct(_run(planned, plan, run))
    limit = plan.limit
    ranked = bool(plan.sort) and limit < MOST_ROWS
    result = _run(planned, replace(plan, limit=limit + SPARE) if ranked else plan, run)
    if ranked:
        result = _with_ties(result, planned, limit)
    if plan.group_by:
        return _of_groups(planned, result)
    return _of_count(planned, result) if planned.counts else _of_rows(planned, result)


def _run(planned: RecordPlan, plan: TablePlan, run: RunPlan) -> TableResult:
    relation = planned.table.relation
    return run(planned.table.stored, plan) if relation is None else evaluate(relation, plan)


def _with_ties(result: TableResult, planned: RecordPlan, limit: int) -> TableResult:
    """The first rows, and those that equal the last of them; without rows that have no value."""
    place = next(
        (at for at, one in enumerate(result.columns) if one.name == planned.plan.sort[0].column), None
    )
    if place is None:
        return replace(result, rows=result.rows[:limit], cells=result.cells[:limit])
    keys = [row[place] for row in result.rows]
    having = [key for key in keys if key is not None]
    last = min(limit, len(having))
    while 0 < last < len(having) and having[last] == having[last - 1]:
        last += 1
    return replace(result, rows=result.rows[:last], cells=result.cells[:last])


def _of_figure(planned: RecordPlan, run: RunPlan) -> list[RecordSentence]:
    plan = planned.plan
    (figure,) = plan.aggregates
    result = _run(planned, replace(plan, aggregates=(figure, Aggregate("count", figure.column))), run)
    value, count = result.rows[0]
    if not isinstance(value, Decimal) or not count:
        return []
    printed = _printed_figure(value, result.columns[0], figure)
    title = f"{_FUNCTIONS[figure.function]} of {figure.column}{_conditions(planned)}"
    operands = _run(planned, TablePlan((figure.column or "",), plan.where, limit=MOST_OPERANDS + 1), run)
    numbers = [row[0] for row in operands.rows if isinstance(row[0], Decimal)]
    if 1 < len(numbers) <= MOST_OPERANDS and figure.function in ("sum", "average"):
        joined = " + ".join(f"({shown(one)})" if one < 0 else shown(one) for one in numbers)
        made = joined if figure.function == "sum" else f"({joined}) ÷ {len(numbers)}"
        formula = f"{made} = {printed}"
        return [RecordSentence(f"{title}: {formula}.", printed, _all_cells(result), formula)]
    if len(numbers) == 1:
        return [
            RecordSentence(f"{figure.column}{_conditions(planned)}: {printed}.", printed, _all_cells(result))
        ]
    formula = f"{figure.name} over {shown(Decimal(str(count)))} rows = {printed}"
    text = f"{title}, over {shown(Decimal(str(count)))} rows: {printed}."
    return [RecordSentence(text, printed, _all_cells(result), formula)]


def _of_distinct(result: TableResult) -> list[RecordSentence]:
    names = [str(row[0]) for row in result.rows if row[0] is not None]
    empty = len(result.rows) - len(names)
    count = str(result.matching - empty)
    more = "; …" if result.matching - empty > len(names) else ""
    text = f"{count} different values of {result.columns[0].name}: {'; '.join(names)}{more}."
    return [RecordSentence(text, count, _all_cells(result), f"count({result.columns[0].name}) = {count}")]


def _of_groups(planned: RecordPlan, result: TableResult) -> list[RecordSentence]:
    """A group, or a table of groups."""
    figure = planned.plan.aggregates[0]
    key = result.columns[0].name
    what = _FUNCTIONS[figure.function] + (f" of {figure.column}" if figure.column else "")
    rows = [
        (_text(row[0]) or "(no value)", _printed_figure(row[1], result.columns[1], figure), cells)
        for row, cells in zip(result.rows, _cells_by_row(result), strict=True)
    ]
    if len(rows) == 1:
        ((name, printed, cells),) = rows
        return [RecordSentence(f"{name} ({what}{_conditions(planned)}: {printed}).", name, cells, None)]
    if not rows:
        return []
    more = f", the first {len(rows)} of {result.matching}" if result.matching > len(rows) else ""
    head = RecordSentence(f"{what} by {key}{_conditions(planned)}{more}:", "", rows[0][2][:1])
    return [
        head,
        RecordSentence(f"| {key} | {what} |", "", rows[0][2][:1]),
        *(RecordSentence(f"| {name} | {printed} |", printed, cells) for name, printed, cells in rows),
    ]


def _by_years(planned: RecordPlan, run: RunPlan) -> list[RecordSentence]:
    """The figure for each year of a column of dates."""
    (figure,) = planned.plan.aggregates
    moment = planned.moment
    assert moment is not None
    what = _FUNCTIONS[figure.function] + (f" of {figure.column}" if figure.column else "")
    sentences = []
    for year in planned.years:
        low, high = (str(year), str(year)) if moment.years else (f"{year}-01-01", f"{year}-12-31")
        if moment.column.type == "time":
            high = f"{high} 23:59:59"
        during = (TableFilter(moment.name, ">=", low), TableFilter(moment.name, "<=", high))
        found = _run(planned, replace(planned.plan, where=(*planned.plan.where, *during)), run)
        value = found.rows[0][0]
        if isinstance(value, Decimal):
            printed = _printed_figure(value, found.columns[0], figure)
            sentences.append(RecordSentence(f"| {year} | {printed} |", printed, _all_cells(found)))
    if not sentences:
        return []
    title = f"{what} by year of {moment.name}{_conditions(planned)}:"
    return [RecordSentence(title, ""), RecordSentence(f"| Year | {what} |", ""), *sentences]


def _of_count(planned: RecordPlan, result: TableResult) -> list[RecordSentence]:
    count = shown(Decimal(result.matching))
    listed = _listed(planned, result)
    names = f": {listed}" if listed and planned.table.relation is not None else ""
    rows = "row" if result.matching == 1 else "rows"
    text = f"{count} {rows}{_conditions(planned)}{names}."
    return [
        RecordSentence(text, count, _shown_cells(planned, result), f"count{_conditions(planned)} = {count}")
    ]


def _of_rows(planned: RecordPlan, result: TableResult) -> list[RecordSentence]:
    if not result.rows:
        return [RecordSentence(f"None: no row{_conditions(planned)}.", "None")]
    listed = _listed(planned, result)
    more = (
        f" (the first {len(result.rows)} of {shown(Decimal(result.matching))})"
        if _is_cut(planned, result)
        else ""
    )
    column = planned.compared
    value = "; ".join(dict.fromkeys(_name(planned, result, row) for row in result.rows))
    text = f"{listed}{more}." if column else f"{value}{_conditions(planned)}{more}."
    return [RecordSentence(text, listed if column else value, _shown_cells(planned, result))]


def _is_cut(planned: RecordPlan, result: TableResult) -> bool:
    return planned.plan.limit == MOST_ROWS and result.matching > len(result.rows)


def _listed(planned: RecordPlan, result: TableResult) -> str:
    """The names of the rows, each with the value that was compared."""
    return "; ".join(
        f"{_name(planned, result, row)}{_compared_value(planned, result, row, is_first=number == 0)}"
        for number, row in enumerate(result.rows)
    )


def _name(planned: RecordPlan, result: TableResult, row: Sequence[TableValue]) -> str:
    """What answers, with the name of its row where that is another column."""
    label, shown_column = planned.table.label, planned.shown
    if label is None and shown_column is None:
        names = [column.name for column in result.columns]
        return ", ".join(
            f"{name} {_text(value)}" for name, value in zip(names, row, strict=True) if value is not None
        )
    own = _text(_value(result, row, shown_column or label))
    if label is None or shown_column in (None, label):
        return own
    return f"{own} ({_text(_value(result, row, label))})"


def _compared_value(
    planned: RecordPlan, result: TableResult, row: Sequence[TableValue], *, is_first: bool
) -> str:
    """The value that was compared, after the name of its column where it is the first of several."""
    column = planned.compared
    if column is None or column in (planned.shown, planned.table.label):
        return ""
    if planned.table.label is None and planned.shown is None:
        return ""
    name = f"{column.name}: " if is_first else ""
    return f" ({name}{_printed(_value(result, row, column), column)})"


def _value(result: TableResult, row: Sequence[TableValue], column: RecordColumn | None) -> TableValue:
    return next(
        (value for at, value in zip(result.columns, row, strict=True) if column and at.name == column.name),
        None,
    )


def _printed(value: TableValue, column: RecordColumn) -> str:
    if not isinstance(value, Decimal) or column.years:
        return _text(value)
    return with_unit(shown(value), column.column.unit, column.column.scale)


def _printed_figure(value: TableValue, column: ResultColumn, figure: Aggregate) -> str:
    if not isinstance(value, Decimal):
        return _text(value)
    if figure.function == "count":
        return shown(value, 0)
    exponent = value.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    text = shown(round(value, 2), 2) if decimals > 2 else shown(value, decimals)
    return with_unit(text, column.unit, column.scale)


def _text(value: TableValue) -> str:
    text = "" if value is None else str(value)
    return text.removesuffix(" 00:00:00").replace("|", "/")


def _conditions(planned: RecordPlan) -> str:
    """The conditions in words: " where City = Berlin and Price > 500"."""
    said = []
    for one in planned.plan.where:
        value = ", ".join(map(str, one.value)) if isinstance(one.value, tuple) else one.value
        said.append(f"{one.column} {one.operator} {value}")
    return f" where {' and '.join(said)}" if said else ""


def _all_cells(result: TableResult) -> tuple[TableCell, ...]:
    return tuple(cell for cells in result.cells for cell in cells)


def _cells_by_row(result: TableResult) -> Sequence[tuple[TableCell, ...]]:
    return result.cells or [()] * len(result.rows)


def _shown_cells(planned: RecordPlan, result: TableResult) -> tuple[TableCell, ...]:
    """The cells of the columns that the answer says or that its conditions compare."""
    relation = planned.table.relation
    if relation is None or not result.rows:
        return ()
    names = dict.fromkeys(
        [
            *(one.name for one in (planned.shown, planned.table.label, planned.compared) if one is not None),
            *(one.column for one in planned.plan.where),
        ]
    )
    plan = replace(planned.plan, columns=tuple(names), limit=len(result.rows))
    return _all_cells(evaluate(relation, plan))
