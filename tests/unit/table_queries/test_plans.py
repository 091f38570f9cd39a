"""Plans over the tables of documents: what they return, on which cells it rests, and what they refuse."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ragapp.errors import UsageError
from ragapp.table_queries import evaluate, relation_of
from ragapp.types import (
    Aggregate,
    DataTable,
    SortKey,
    TableCell,
    TableFilter,
    TableHeader,
    TablePlan,
    TableValue,
)

HEADERS = ("Region", "Sales", "Share", "Since")
ROWS = (
    ("North", "1,200", "12%", "2019-05-01"),
    ("South", "(300)", "n/a", "2020-01-15"),
    ("north-west", "450", "8%", ""),
    ("Total", "1,350", "20%", ""),
)


def cell(row: int, column: int, text: str) -> TableCell:
    from datetime import date

    place = row * 100 + column * 10
    given = {"text": text, "row": row, "column": column, "start": place, "end": place + len(text)}
    if row == 0 or column == 0 or text == "n/a":
        return TableCell(**given)
    if column == 3:
        return TableCell(**given, type="date", value=date.fromisoformat(text))
    bare = text.replace(",", "").strip("()%")
    value = -Decimal(bare) if text.startswith("(") else Decimal(bare)
    if column == 2:
        return TableCell(**given, type="percent", value=value, unit="%")
    return TableCell(**given, type="money", value=value, unit="USD", scale=6)


def made(rows: tuple[tuple[str, ...], ...] = ROWS, headers: tuple[str, ...] = HEADERS) -> DataTable:
    cells = {(r, c): cell(r, c, text) for r, row in enumerate(rows, 1) for c, text in enumerate(row) if text}
    return DataTable(
        start=0,
        end=1000,
        rows=tuple(
            TableHeader(r, (row[0],), ((r, 0),), total=row[0] == "Total") for r, row in enumerate(rows, 1)
        ),
        columns=tuple(TableHeader(c, (name,), ((0, c),)) for c, name in enumerate(headers) if c),
        cells={place: one for place, one in cells.items() if place[1]},
        header_cells={(0, c): cell(0, c, name) for c, name in enumerate(headers)}
        | {place: one for place, one in cells.items() if not place[1]},
    )


RELATION = relation_of(made())


def values(plan: TablePlan) -> list[tuple[TableValue, ...]]:
    return list(evaluate(RELATION, plan).rows)


def regions(*where: TableFilter) -> list[TableValue]:
    return [row[0] for row in values(TablePlan(columns=("Region",), where=where))]


def test_the_table_is_a_relation_with_types_units_and_scales() -> None:
    described = [(one.name, one.type, one.unit, one.scale) for one in RELATION.columns]
    assert described == [
        ("Region", "text", None, 0),
        ("Sales", "money", "USD", 6),
        ("Share", "percent", "%", 0),
        ("Since", "date", None, 0),
    ]
    assert values(TablePlan())[1] == ("South", Decimal(-300), "n/a", "2020-01-15")


def test_rows_are_filtered_by_text_number_and_date() -> None:
    assert regions(TableFilter("Region", "=", "NORTH")) == ["North"]
    assert regions(TableFilter("region", "contains", "north")) == ["North", "north-west"]
    assert regions(TableFilter("Sales", ">=", "450")) == ["North", "north-west", "Total"]
    assert regions(TableFilter("Sales", "=", "(300)")) == ["South"]
    assert regions(TableFilter("Sales", "<", 0)) == ["South"]
    assert regions(TableFilter("Share", "<=", "12%")) == ["North", "north-west"]
    assert regions(TableFilter("Since", ">", "2019-12-31")) == ["South"]
    assert regions(TableFilter("Since", "empty")) == ["north-west", "Total"]
    assert regions(TableFilter("Since", "not empty"), TableFilter("Sales", ">", 0)) == ["North"]
    assert regions(TableFilter("Region", "in", ("south", "total"))) == ["South", "Total"]
    assert regions(TableFilter("Region", "!=", "South")) == ["North", "north-west", "Total"]


def test_rows_are_sorted_with_those_without_a_value_last() -> None:
    def sorted_by(column: str, *, descending: bool = False) -> list[TableValue]:
        plan = TablePlan(columns=("Region",), sort=(SortKey(column, descending),))
        return [row[0] for row in values(plan)]

    assert sorted_by("Sales") == ["South", "north-west", "North", "Total"]
    assert sorted_by("Sales", descending=True) == ["Total", "North", "north-west", "South"]
    assert sorted_by("Share", descending=True) == ["Total", "North", "north-west", "South"]
    assert sorted_by("Since", descending=True) == ["South", "North", "north-west", "Total"]


def test_the_first_rows_are_returned_and_all_counted() -> None:
    result = evaluate(RELATION, TablePlan(sort=(SortKey("Sales", descending=True),), limit=2))
    assert [row[0] for row in result.rows] == ["Total", "North"]
    assert result.matching == 4


def test_aggregates_leave_out_totals_and_name_their_cells() -> None:
    plan = TablePlan(
        aggregates=(Aggregate("sum", "sales"), Aggregate("average", "Sales"), Aggregate("count"))
    )
    result = evaluate(RELATION, plan)
    assert result.rows == ((Decimal(1350), Decimal(450), Decimal(3)),)
    assert [one.name for one in result.columns] == ["sum(Sales)", "average(Sales)", "count"]
    assert (result.columns[0].unit, result.columns[0].scale) == ("USD", 6)
    assert "1 rows that are totals" in result.notes[0]
    assert [one.text for one in result.cells[0]] == ["1,200", "(300)", "450"]


def test_minimum_maximum_and_count_of_values() -> None:
    plan = TablePlan(
        aggregates=(
            Aggregate("minimum", "Sales"),
            Aggregate("maximum", "Since"),
            Aggregate("count", "Share"),
            Aggregate("minimum", "Region"),
        )
    )
    assert values(plan) == [(Decimal(-300), "2020-01-15", Decimal(3), "North")]


def test_groups_are_aggregated_and_sorted_by_the_figure() -> None:
    rows = (("a", "1"), ("b", "5"), ("a", "3"), ("c", "2"))
    relation = relation_of(made(rows, ("Kind", "Sales")))
    plan = TablePlan(
        group_by=("kind",), aggregates=(Aggregate("sum", "Sales"),), sort=(SortKey("sales", True),)
    )
    assert evaluate(relation, plan).rows == (("b", 5), ("a", 4), ("c", 2))


def test_aggregates_over_no_rows() -> None:
    none = (TableFilter("Region", "=", "nowhere"),)
    assert values(TablePlan(where=none, aggregates=(Aggregate("sum", "Sales"), Aggregate("count")))) == [
        (None, 0)
    ]
    assert values(TablePlan(where=none, group_by=("Region",), aggregates=(Aggregate("count"),))) == []


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (TablePlan(columns=("Seles",)), "Did you mean 'Sales'.*'Region', 'Sales', 'Share', 'Since'"),
        (TablePlan(where=(TableFilter("Sales", ">", "many"),)), "numbers, and 'many' is not one"),
        (TablePlan(where=(TableFilter("Since", ">", "2020"),)), "2022-12-31"),
        (TablePlan(where=(TableFilter("Sales", ">"),)), "has no value"),
        (TablePlan(where=(TableFilter("Region", "=", ("a", "b")),)), "Use `in`"),
        (TablePlan(aggregates=(Aggregate("sum", "Region"),)), "holds text.*'Sales', 'Share'"),
        (TablePlan(aggregates=(Aggregate("sum"),)), "needs a column"),
        (TablePlan(columns=("Sales",), aggregates=(Aggregate("count"),)), "cannot select other columns"),
        (TablePlan(group_by=("Region",), sort=(SortKey("Sales"),)), "'Region'"),
        (TablePlan(where=(TableFilter("Sales", "=", "NaN"),)), "numbers"),
    ],
)
def test_plans_that_do_not_fit_are_refused_with_what_exists(plan: TablePlan, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        evaluate(RELATION, plan)


def test_values_with_different_units_are_not_added() -> None:
    table = made((("Sales", "1,200"), ("Growth", "12")), ("Item", "2022"))
    percent = TableCell(2, 1, 210, 212, "12", "percent", Decimal(12), "%")
    mixed = relation_of(DataTable(**{**vars(table), "cells": {**table.cells, (2, 1): percent}}))
    assert mixed.columns[1].type == "number"
    with pytest.raises(UsageError, match="different units"):
        evaluate(mixed, TablePlan(aggregates=(Aggregate("sum", "2022"),)))
    one = TablePlan(where=(TableFilter("Item", "=", "growth"),), aggregates=(Aggregate("sum", "2022"),))
    assert evaluate(mixed, one).rows == ((12,),)


def test_values_with_different_scales_are_given_in_full() -> None:
    table = made((("Sales", "1,200"), ("Per share", "3")), ("Item", "2022"))
    share = TableCell(2, 1, 210, 212, "3", "money", Decimal(3), "USD", 0)
    mixed = relation_of(DataTable(**{**vars(table), "cells": {**table.cells, (2, 1): share}}))
    assert [row.values[1] for row in mixed.rows] == [Decimal("1200000000"), Decimal(3)]
    assert mixed.columns[1].scale == 0


def test_names_are_unique_and_the_last_part_of_a_path_is_enough() -> None:
    table = made((("a", "1", "2"),), ("", "x", "x"))
    nested = DataTable(
        **{
            **vars(table),
            "columns": (TableHeader(1, ("2022", "Cash")), TableHeader(2, ("2022", "Debt"))),
        }
    )
    assert [one.name for one in relation_of(table).columns] == ["row", "x", "x (2)"]
    relation = relation_of(nested)
    assert [one.name for one in relation.columns] == ["row", "2022 › Cash", "2022 › Debt"]
    assert evaluate(relation, TablePlan(columns=("debt",))).rows == ((2,),)
    with pytest.raises(UsageError, match="There is no column '2022'"):
        evaluate(relation, TablePlan(columns=("2022",)))
