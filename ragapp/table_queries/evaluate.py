"""Evaluating a plan over the table of a document, with the cells that each row of the result rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import eq, ge, gt, itemgetter, le, lt, ne
from typing import Any

from ragapp.errors import UsageError
from ragapp.table_queries.checking import NUMBERS, checked_plan
from ragapp.table_queries.relation import Relation, RelationRow
from ragapp.table_queries.values import Operand, operands
from ragapp.types import (
    Aggregate,
    AggregateFunction,
    ResultColumn,
    SortKey,
    TableCell,
    TableFilter,
    TablePlan,
    TableResult,
    TableValue,
)

_FIGURES: Mapping[AggregateFunction, Callable[[list[Decimal]], Decimal]] = {
    "sum": lambda numbers: sum(numbers, Decimal(0)),
    "average": lambda numbers: sum(numbers, Decimal(0)) / len(numbers),
    "minimum": min,
    "maximum": max,
}
_COMPARISONS = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


@dataclass(frozen=True, slots=True)
class _Found:
    """A row of the result; `keys` are its values by name, for sorting."""

    values: tuple[TableValue, ...]
    keys: dict[str, TableValue]
    cells: tuple[TableCell, ...]


def evaluate(relation: Relation, plan: TablePlan) -> TableResult:
    """The result of a plan over a table. Aggregates leave out rows that are totals of others, and the result
    notes it.

    Raises UsageError for a plan that does not fit the table, and for aggregates over different units.
    """
    plan = checked_plan(plan, relation.columns)
    rows = [row for row in relation.rows if all(_holds(relation, row, one) for one in plan.where)]
    notes = []
    if plan.aggregated:
        parts = [row for row in rows if not row.total]
        if parts and len(parts) < len(rows):
            notes.append(f"{len(rows) - len(parts)} rows that are totals of others were left out.")
            rows = parts
        columns, found = _aggregated(relation, plan, rows)
    else:
        columns, found = _selected(relation, plan, rows)
    shown = _sorted(found, plan.sort)[: plan.limit]
    return TableResult(
        columns,
        tuple(one.values for one in shown),
        len(found),
        tuple(notes),
        tuple(one.cells for one in shown),
    )


def aggregate_column(aggregate: Aggregate, column: ResultColumn | None) -> ResultColumn:
    """The column of an aggregate in the result."""
    if column is None or aggregate.function == "count":
        return ResultColumn(aggregate.name, "number")
    return ResultColumn(aggregate.name, column.type, column.unit, column.scale)


def _holds(relation: Relation, row: RelationRow, one: TableFilter) -> bool:
    place = relation.position(one.column)
    value, wanted = row.values[place], operands(one, relation.columns[place])
    if one.operator in ("empty", "not empty"):
        return (value is None) == (one.operator == "empty")
    if value is None:
        return False
    own: Operand = value.lower() if isinstance(value, str) else value
    if one.operator == "contains":
        return str(wanted[0]) in str(own)
    if one.operator == "in":
        return own in wanted
    if isinstance(own, str) != isinstance(wanted[0], str):  # a text in a column of numbers
        return one.operator == "!="
    return bool(_COMPARISONS[one.operator](own, wanted[0]))


def _selected(
    relation: Relation, plan: TablePlan, rows: Sequence[RelationRow]
) -> tuple[tuple[ResultColumn, ...], list[_Found]]:
    names = plan.columns or tuple(column.name for column in relation.columns)
    places = [relation.position(name) for name in names]
    found = [
        _Found(
            tuple(row.values[place] for place in places),
            {column.name: value for column, value in zip(relation.columns, row.values, strict=True)},
            tuple(cell for place in places if (cell := row.cells[place]) is not None),
        )
        for row in rows
    ]
    return tuple(relation.columns[place] for place in places), found


def _aggregated(
    relation: Relation, plan: TablePlan, rows: Sequence[RelationRow]
) -> tuple[tuple[ResultColumn, ...], list[_Found]]:
    places = [relation.position(name) for name in plan.group_by]
    groups: dict[tuple[TableValue, ...], list[RelationRow]] = {} if places else {(): []}
    for row in rows:
        groups.setdefault(tuple(row.values[place] for place in places), []).append(row)
    columns = (
        *(relation.columns[place] for place in places),
        *(aggregate_column(one, _column_of(relation, one)) for one in plan.aggregates),
    )
    found = []
    for key, members in groups.items():
        values = (*key, *(_figure(relation, one, members) for one in plan.aggregates))
        named = {column.name: value for column, value in zip(columns, values, strict=True)}
        found.append(_Found(values, named, _cells_of(relation, plan, members)))
    return columns, found


def _column_of(relation: Relation, one: Aggregate) -> ResultColumn | None:
    return None if one.column is None else relation.columns[relation.position(one.column)]


def _figure(relation: Relation, one: Aggregate, rows: Sequence[RelationRow]) -> TableValue:
    if one.column is None:
        return Decimal(len(rows))
    place = relation.position(one.column)
    present = [row for row in rows if row.values[place] is not None]
    if one.function == "count":
        return Decimal(len(present))
    if relation.columns[place].type not in NUMBERS:
        texts = sorted(value for row in present if isinstance(value := row.values[place], str))
        return None if not texts else texts[0 if one.function == "minimum" else -1]
    _check_units(one.name, [cell for row in present if (cell := row.cells[place]) is not None])
    numbers = [value for row in present if isinstance(value := row.values[place], Decimal)]
    return _FIGURES[one.function](numbers) if numbers else None


def _check_units(name: str, cells: Sequence[TableCell]) -> None:
    units = sorted({cell.unit or "no unit" for cell in cells if isinstance(cell.value, Decimal)})
    if len(units) > 1:
        raise UsageError(
            f"{name} would mix values with different units ({', '.join(units)}). Filter the rows first, so "
            "that they have one unit."
        )


def _cells_of(relation: Relation, plan: TablePlan, rows: Sequence[RelationRow]) -> tuple[TableCell, ...]:
    names = dict.fromkeys((*plan.group_by, *(one.column for one in plan.aggregates if one.column)))
    places = [relation.position(name) for name in names]
    return tuple(cell for row in rows for place in places if (cell := row.cells[place]) is not None)


def _sorted(found: Sequence[_Found], keys: Sequence[SortKey]) -> list[_Found]:
    """Numbers before texts, and rows without a value last."""
    ordered = list(found)
    for key in reversed(keys):
        for kind in (str, Decimal):
            first, rest = _split(ordered, key.column, kind)
            first.sort(key=itemgetter(0), reverse=key.descending)
            ordered = [*(one for _, one in first), *rest]
    return ordered


def _split(
    found: Sequence[_Found], column: str, kind: type[Any]
) -> tuple[list[tuple[Any, _Found]], list[_Found]]:
    """The rows whose value in the column has that type, each with the value, and the others."""
    of_kind = [(value, one) for one in found if isinstance(value := one.keys[column], kind)]
    return of_kind, [one for one in found if not isinstance(one.keys[column], kind)]
