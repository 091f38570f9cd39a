"""Checking a plan against the columns of a table."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace

from ragapp.errors import UsageError
from ragapp.table_queries.values import operands
from ragapp.types import PATH_BORDER, Aggregate, ResultColumn, SortKey, TablePlan

NUMBERS = ("number", "percent", "money")
SHOWN_NAMES = 50


def checked_plan(plan: TablePlan, columns: Sequence[ResultColumn]) -> TablePlan:
    """The plan with the exact names of its columns. Raises UsageError, which says what exists instead.

    A name may differ in case and spaces, and may be the last part of one name only.
    """
    names = [column.name for column in columns]
    used = (
        *plan.columns,
        *(one.column for one in plan.where),
        *plan.group_by,
        *(one.column for one in plan.aggregates if one.column is not None),
    )
    exact = plan.with_names({name: resolved(name, names) for name in used})
    by_name = {column.name: column for column in columns}
    for one in exact.where:
        operands(one, by_name[one.column])
    for aggregate in exact.aggregates:
        _check_aggregate(aggregate, by_name)
    if exact.aggregated and exact.columns:
        raise UsageError(
            "A plan with groups or aggregates returns these, so it cannot select other columns. Name them in "
            "`group_by`, or leave `columns` out."
        )
    return replace(exact, sort=tuple(_sort_key(key, exact, names) for key in exact.sort))


def resolved(name: str, names: Sequence[str]) -> str:
    """The one of `names` that is meant. Raises UsageError with those that exist."""
    wanted = _plain(name)
    found = [one for one in names if one == name] or [one for one in names if _plain(one) == wanted]
    found = found or [one for one in names if _plain(one.rpartition(PATH_BORDER)[2]) == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"Several columns are called {name!r}: {_listed(found)}. Use one of these names.")
    nearest = difflib.get_close_matches(name, names, 1, 0.7)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    raise UsageError(f"There is no column {name[:200]!r}.{hint} The columns are: {_listed(names)}.")


def _check_aggregate(aggregate: Aggregate, columns: dict[str, ResultColumn]) -> None:
    if aggregate.column is None:
        if aggregate.function != "count":
            raise UsageError(
                f"{aggregate.function} needs a column. Its columns are: {_listed(list(columns))}."
            )
        return
    kind = columns[aggregate.column].type
    if aggregate.function in ("sum", "average") and kind not in NUMBERS:
        numbers = [one.name for one in columns.values() if one.type in NUMBERS]
        raise UsageError(
            f"The column {aggregate.column!r} holds {kind}, which has no {aggregate.function}. "
            f"Columns of numbers: {_listed(numbers) or 'none'}."
        )


def _sort_key(key: SortKey, plan: TablePlan, names: Sequence[str]) -> SortKey:
    if not plan.aggregated:
        return replace(key, column=resolved(key.column, names))
    results = [*plan.group_by, *(one.name for one in plan.aggregates)]
    of_column = [
        one.name for one in plan.aggregates if one.column and _plain(one.column) == _plain(key.column)
    ]
    if len(of_column) == 1 and key.column not in results:
        return replace(key, column=of_column[0])
    return replace(key, column=resolved(key.column, results))


def _plain(name: str) -> str:
    return " ".join(name.lower().split())


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
    return ", ".join(repr(name) for name in names[:SHOWN_NAMES]) + more
