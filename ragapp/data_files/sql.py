"""Plans as statements of SQL: columns are quoted identifiers, values are parameters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ragapp.data_files.connection import identifier
from ragapp.table_queries.evaluate import aggregate_column
from ragapp.table_queries.values import Operand, operands
from ragapp.types import Aggregate, ResultColumn, SortKey, TableFilter, TablePlan

ROW_NUMBER = "file_row_number"
"""A column that DuckDB adds: the position of the row in its file."""


@dataclass(frozen=True, slots=True)
class PlanStatement:
    """The SQL of a plan. `text` selects `columns`; an average is a sum with its number of values. `count`
    counts all rows of the result, before the limit. Both have the same parameters.
    """

    text: str
    count: str
    parameters: tuple[object, ...]
    columns: tuple[ResultColumn, ...]
    averages: tuple[bool, ...]


def statement(plan: TablePlan, columns: Sequence[ResultColumn], source: str) -> PlanStatement:
    """A checked plan over `source`, which is a table expression with the columns and ROW_NUMBER."""
    by_name = {column.name: column for column in columns}
    conditions, parameters = _conditions(plan, by_name)
    origin = f"FROM {source}{conditions}"
    if plan.aggregated:
        return _aggregated(plan, by_name, origin, parameters)
    chosen = [by_name[name] for name in plan.columns] or list(columns)
    order = [_order(identifier(key.column), key) for key in plan.sort]
    if order:
        order.append(ROW_NUMBER)
    selected = _listed(identifier(one.name) for one in chosen)
    return PlanStatement(
        f"SELECT {selected} {origin}{_ordered(order)} LIMIT {plan.limit}",
        f"SELECT count(*) {origin}",
        parameters,
        tuple(chosen),
        (False,) * len(chosen),
    )


def _aggregated(
    plan: TablePlan, by_name: dict[str, ResultColumn], origin: str, parameters: tuple[object, ...]
) -> PlanStatement:
    groups = [identifier(name) for name in plan.group_by]
    grouping = f" GROUP BY {_listed(groups)}" if groups else ""
    figures = {one.name: _figure(one) for one in plan.aggregates}
    keys = {name: identifier(name) for name in plan.group_by}
    keys |= {one.name: _sort_figure(one) for one in plan.aggregates}
    order = [*(_order(keys[key.column], key) for key in plan.sort), *(f"{one} NULLS LAST" for one in groups)]
    inner = f"SELECT 1 {origin}{grouping}"
    selected = _listed([*groups, *figures.values()])
    return PlanStatement(
        f"SELECT {selected} {origin}{grouping}{_ordered(order)} LIMIT {plan.limit}",
        f"SELECT count(*) FROM ({inner})" if groups else "SELECT 1",
        parameters,
        (
            *(by_name[name] for name in plan.group_by),
            *(
                aggregate_column(one, None if one.column is None else by_name[one.column])
                for one in plan.aggregates
            ),
        ),
        (*(False for _ in groups), *(one.function == "average" for one in plan.aggregates)),
    )


def _conditions(plan: TablePlan, by_name: dict[str, ResultColumn]) -> tuple[str, tuple[object, ...]]:
    conditions, parameters = [], list[object]()
    for one in plan.where:
        column = by_name[one.column]
        wanted = operands(one, column)
        conditions.append(_condition(one, column, wanted))
        parameters += wanted
    return (f" WHERE {' AND '.join(conditions)}" if conditions else ""), tuple(parameters)


def _condition(one: TableFilter, column: ResultColumn, wanted: Sequence[Operand]) -> str:
    name = identifier(column.name)
    if one.operator in ("empty", "not empty"):
        return f"{name} IS {'' if one.operator == 'empty' else 'NOT '}NULL"
    if one.operator == "contains":
        return f"contains(lower(CAST({name} AS VARCHAR)), ?)"
    kind = {"text": "?", "date": "CAST(? AS DATE)", "time": "CAST(? AS TIMESTAMP)"}.get(column.type, "?")
    left = f"lower({name})" if column.type == "text" else name
    if one.operator == "in":
        return f"{left} IN ({', '.join([kind] * len(wanted))})" if wanted else "false"
    return f"{left} {one.operator} {kind}"


def _figure(one: Aggregate) -> str:
    if one.column is None:
        return "count(*)"
    name = identifier(one.column)
    if one.function == "average":
        return f"[CAST(sum({name}) AS VARCHAR), CAST(count({name}) AS VARCHAR)]"
    functions = {"sum": "sum", "minimum": "min", "maximum": "max", "count": "count"}
    return f"{functions[one.function]}({name})"


def _sort_figure(one: Aggregate) -> str:
    return f"avg({identifier(one.column)})" if one.function == "average" and one.column else _figure(one)


def _order(expression: str, key: SortKey) -> str:
    return f"{expression} {'DESC' if key.descending else 'ASC'} NULLS LAST"


def _ordered(order: Sequence[str]) -> str:
    return f" ORDER BY {', '.join(order)}" if order else ""


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(parts)


def average(value: object) -> Decimal | None:
    """The average of which the statement returned the sum and the number of values."""
    if not isinstance(value, list) or value[0] is None:
        return None
    total, count = (Decimal(str(one)) for one in value)
    return total / count if count else None
