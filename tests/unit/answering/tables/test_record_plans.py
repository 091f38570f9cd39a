"""Questions over a table of records become plans of the closed set of operations, or none."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ragapp.answering.tables.across import comparison_of
from ragapp.answering.tables.record_plans import RecordPlan, plan_for
from ragapp.answering.tables.record_tables import RecordTable, record_table
from ragapp.types import (
    Aggregate,
    DataTable,
    SortKey,
    StoredTable,
    TableCell,
    TableFilter,
    TableHeader,
)

COLUMNS = ("Product", "Category", "Price", "Stock", "Launched")
ROWS = (
    ("Oak desk", "Desks", "749.00", "12", "2019"),
    ("Pine desk", "Desks", "329.00", "40", "2021"),
    ("Stool", "Chairs", "59.90", "0", "2016"),
    ("Task chair", "Chairs", "219.00", "85", "2023"),
)


@pytest.fixture
def table() -> RecordTable:
    cells = {
        (row, column): _cell(row, column, text)
        for row, texts in enumerate(ROWS, 1)
        for column, text in enumerate(texts)
    }
    rows = tuple(TableHeader(row, ()) for row in range(1, len(ROWS) + 1))
    columns = tuple(TableHeader(place, (name,)) for place, name in enumerate(COLUMNS))
    stored = StoredTable(1, "d", "products.csv", 1, 1, 1, DataTable(0, 10, rows, columns, cells))
    found = record_table(stored, "Products")
    assert found is not None
    return found


def _cell(row: int, column: int, text: str) -> TableCell:
    number = Decimal(text) if text[0].isdigit() else None
    return TableCell(row, column, 0, 1, text, "text" if number is None else "number", number)


def planned(question: str, table: RecordTable) -> RecordPlan:
    found = plan_for(question, table)
    assert found is not None, question
    return found


@pytest.mark.parametrize(
    ("question", "where"),
    [
        ("How many products cost more than 300?", (TableFilter("Price", ">", "300"),)),
        ("Which products are out of stock?", (TableFilter("Stock", "=", "0"),)),
        (
            "Which desks cost at most 400?",
            (TableFilter("Price", "<=", "400"), TableFilter("Category", "=", "Desks")),
        ),
        ("Which products were launched after 2020?", (TableFilter("Launched", ">", "2020"),)),
        ("List all products that are not desks", (TableFilter("Category", "!=", "Desks"),)),
    ],
)
def test_conditions_become_filters(question: str, where: tuple[TableFilter, ...], table: RecordTable) -> None:
    assert planned(question, table).plan.where == where


@pytest.mark.parametrize(
    ("question", "column", "descending", "limit"),
    [
        ("Which is the most expensive product?", "Price", True, 1),
        ("What is the cheapest chair?", "Price", False, 1),
        ("What are the three cheapest products?", "Price", False, 3),
        ("Top 2 products by stock", "Stock", True, 2),
        ("What is the oldest product?", "Launched", False, 1),
        ("What is the newest product?", "Launched", True, 1),
    ],
)
def test_superlatives_become_an_order_with_a_limit(
    question: str, column: str, descending: bool, limit: int, table: RecordTable
) -> None:
    plan = planned(question, table).plan
    assert (plan.sort, plan.limit) == ((SortKey(column, descending),), limit)


def test_figures_and_groups(table: RecordTable) -> None:
    plan = planned("Average price by category", table).plan
    assert (plan.group_by, plan.aggregates) == (("Category",), (Aggregate("average", "Price"),))
    plan = planned("How many products are there per category?", table).plan
    assert (plan.group_by, plan.aggregates) == (("Category",), (Aggregate("count"),))
    plan = planned("What is the total stock of chairs?", table).plan
    assert (plan.aggregates, plan.where) == (
        (Aggregate("sum", "Stock"),),
        (TableFilter("Category", "=", "Chairs"),),
    )
    assert planned("How many categories are there?", table).plan.group_by == ("Category",)


@pytest.mark.parametrize(
    "question",
    [
        "How many tractors cost more than 500?",
        "What is the average weight of the products?",
        "Which company had the highest revenue in 2022?",
        "What is the price of the stool?",
        "Who founded the company?",
        "Which products did the board discuss?",
    ],
)
def test_a_question_with_a_word_that_the_table_does_not_explain_has_no_plan(
    question: str, table: RecordTable
) -> None:
    assert plan_for(question, table) is None


def test_comparisons_of_documents() -> None:
    highest = comparison_of("Which company had the highest revenue in 2022?")
    assert highest is not None
    assert (highest.asks, highest.largest, highest.names) == ("What was the revenue in 2022?", True, ())
    both = comparison_of("Compare the operating margin of Avocet Foods and Bittern in 2023")
    assert both is not None
    assert (both.largest, both.names) == (None, ("Avocet Foods", "Bittern"))
    assert both.asks == "What was the operating margin in 2023?"
    assert comparison_of("What was the revenue in 2022?") is None
