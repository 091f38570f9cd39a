"""Answers from small tables of annual reports; most are from TAT-QA (CC BY 4.0)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from ragapp.answering.tables.answers import answer_from_tables
from ragapp.answering.tables.outcome import Outcome, TableAnswer, TableRefusal
from ragapp.answering.tables.sources import TableSource
from tests.unit.tables.grids import read
from tests.unit.tables.test_table_reading import BALANCE, INTRODUCED, PLANS, SALES

INCOME = [
    ["", "", "Year Ended December 31,", ""],
    ["(in thousands)", "2019", "2018", "2017"],
    ["Net revenue:", "", "", ""],
    ["United States", "$300,853", "$288,843", "$508,178"],
    ["Mexico", "90,795", "12,186", "2,246"],
    ["Germany", "78,062", "167,251", "119,502"],
    ["Total net revenue", "$469,710", "$468,280", "$629,926"],
    ["Cost of revenue", "(200,000)", "(210,000)", "(260,000)"],
    ["Gross margin (%)", "57.4", "55.2", "58.7"],
]
LEASES = [
    ["", "Operating leases", "Finance leases"],
    ["2021", "$138", "$6"],
    ["2022", "135", "7"],
    ["2023", "120", "8"],
]
OFFICERS = [
    ["Name", "Age", "Title"],
    ["Leigh R Fox", "47", "President and Chief Executive Officer"],
    ["Andrew R. Kaiser", "51", "Chief Financial Officer"],
]


def ask(question: str, *tables: Sequence[Sequence[str]], introduction: str = "") -> Outcome:
    sources = [TableSource(read(rows, introduction=introduction)) for rows in tables]
    return answer_from_tables(question, sources)


def answered(question: str, *tables: Sequence[Sequence[str]], introduction: str = "") -> TableAnswer:
    outcome = ask(question, *tables, introduction=introduction)
    assert isinstance(outcome, TableAnswer), outcome
    return outcome


@pytest.mark.parametrize(
    ("question", "cells"),
    [
        ("What was the net revenue in Mexico in 2018?", ["12,186"]),
        ("What was the total net revenue in 2017?", ["$629,926"]),
        ("What was the total net revenue in 2019 and 2018, respectively?", ["$469,710", "$468,280"]),
        ("What was the gross margin in 2018?", ["55.2"]),
        ("What was the cost of revenue?", ["(200,000)"]),
        ("What was the revenue from Mexico and Germany in 2018, respectively?", ["12,186", "167,251"]),
    ],
)
def test_cells_are_looked_up_by_row_section_and_time(question: str, cells: list[str]) -> None:
    assert [place.cell.text for place in answered(question, INCOME).cells] == cells


def test_columns_are_named_by_the_question_too() -> None:
    found = answered("What was the international discount rate in 2018?", PLANS)
    assert found.cells[0].cell.value == Decimal("2.80")


def test_columns_that_differ_by_their_year_are_times_of_one_line() -> None:
    budget = [
        ["Department", "Employees", "Budget 2024 (EUR)", "Budget 2025 (EUR)"],
        ["Sales", "18", "1900000", "2150000"],
        ["Legal", "3", "410000", "430000"],
    ]
    found = answered("By how much did the Sales budget grow from 2024 to 2025 in percent?", budget)
    assert found.computed is not None
    assert [place.cell.text for place in found.cells] == ["2150000", "1900000"]
    assert round(found.computed.value, 1) == Decimal("13.2")


PRICES = [
    ["SKU", "Product", "Price EUR", "Weight kg", "Stock"],
    ["KB-100", "Keyboard", "29.9", "0.6", "0"],
    ["MN-340", "Curved monitor", "549.0", "8.2", "12"],
    ["CB-020", "HDMI cable", "8.9", "0.1", "0"],
]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What is the most expensive product?", ("Curved monitor",)),
        ("which product is the cheapest", ("HDMI cable",)),
        ("What is the heaviest product?", ("Curved monitor",)),
        ("Which products cost more than 20 euros?", ("Keyboard", "Curved monitor")),
        ("Which products have no stock?", ("Keyboard", "HDMI cable")),
    ],
)
def test_rows_are_named_as_the_question_asks(question: str, names: tuple[str, ...]) -> None:
    assert answered(question, PRICES).names == names


def test_years_in_rows_are_times() -> None:
    found = answered("What were the finance leases for 2022?", LEASES)
    assert found.cells[0].cell.value == 7


@pytest.mark.parametrize(
    ("question", "value", "formula"),
    [
        ("What was the change in net revenue in Mexico from 2018 to 2019?", "78609", "90,795 − 12,186"),
        (
            "What was the percentage change in net revenue from Germany between 2018 and 2019?",
            "-53.33",
            "(78,062 − 167,251) ÷ 167,251",
        ),
        (
            "What is the average net revenue in Germany for 2018 and 2019?",
            "122656.5",
            "(167,251 + 78,062) ÷ 2",
        ),
        ("What is the total revenue from Mexico and Germany in 2019?", "168857", "90,795 + 78,062"),
        (
            "What percentage of total net revenue is from Mexico in 2019?",
            "19.33",
            "90,795 ÷ 469,710",
        ),
        ("What is the ratio of Mexico to Germany in 2019?", "1.16", "90,795 ÷ 78,062"),
        ("What is the difference between Mexico and Germany in 2018?", "155065", "167,251 − 12,186"),
        ("What is the sum of finance leases from 2021 to 2023?", "21", "6 + 7 + 8"),
    ],
)
def test_numbers_are_computed_with_their_formula(question: str, value: str, formula: str) -> None:
    made = answered(question, INCOME, LEASES).computed
    assert made is not None
    assert (round(made.value, 2), made.formula) == (Decimal(value), formula)


def test_a_change_of_a_percentage_is_in_points_unless_percent_is_asked() -> None:
    made = answered("What was the change in gross margin from 2018 to 2019?", INCOME).computed
    assert made is not None
    assert (made.value, made.unit) == (Decimal("2.2"), "%")


def test_computed_amounts_have_unit_and_scale() -> None:
    made = answered(
        "What was the change in other sales from 2018 to 2019?", SALES, introduction=INTRODUCED
    ).computed
    assert made is not None
    assert (made.value, made.unit, made.scale) == (Decimal("-12.6"), "USD", 6)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("In which year was the net revenue in Mexico the lowest?", ("2017",)),
        ("Which country had the highest net revenue in 2018?", ("United States",)),
        ("Which years did the revenue from Mexico exceed $10,000 thousand?", ("2019", "2018")),
        ("Who is the Chief Financial Officer?", ("Andrew R. Kaiser",)),
        ("Which years does the table report?", ("2019", "2018", "2017")),
        ("What are the components of net revenue?", ("United States", "Mexico", "Germany")),
    ],
)
def test_rows_and_times_are_named(question: str, names: tuple[str, ...]) -> None:
    assert answered(question, INCOME, OFFICERS).names == names


def test_what_meets_a_condition_is_counted() -> None:
    assert answered("How many years did revenue from Germany exceed $100,000 thousand?", INCOME).count == 2


@pytest.mark.parametrize(
    "question",
    [
        "What was the net revenue in Mexico in 2014?",
        "What was the change in total net revenue from 2014 to 2019?",
        "What was the percentage change in cost of revenue between 2019 and 2020?",
    ],
)
def test_a_year_that_is_not_there_is_refused_with_those_that_are(question: str) -> None:
    outcome = ask(question, INCOME)
    assert isinstance(outcome, TableRefusal)
    assert "2018" in outcome.reason


@pytest.mark.parametrize(
    "question",
    [
        "What was the net revenue in Brazil in 2018?",
        "What was the goodwill in 2019?",
        "What was the deferred revenue in 2019?",
    ],
)
def test_a_row_that_is_not_there_is_not_answered(question: str) -> None:
    assert ask(question, INCOME) is None


def test_of_two_equal_rows_none_is_taken() -> None:
    rows = [["", "2019"], ["Assets", ""], ["Other", "10"], ["Liabilities", ""], ["Other", "20"]]
    assert ask("What was other in 2019?", rows) is None
    assert answered("What were other liabilities in 2019?", rows).cells[0].cell.value == 20


def test_different_units_are_not_combined() -> None:
    outcome = ask("What is the sum of Mexico and gross margin in 2019?", INCOME)
    assert isinstance(outcome, TableRefusal)
    assert "units" in outcome.reason


def test_a_ratio_of_two_lines_of_a_balance_sheet() -> None:
    made = answered("What is the ratio of total assets to total liabilities in 2019?", BALANCE).computed
    assert made is not None
    assert round(made.value, 2) == Decimal("2.93")


def test_a_year_is_not_compared_with_a_quarter() -> None:
    rows = [
        ["", "Three months ended December 31, 2020", "Year ended December 31, 2019"],
        ["Net sales", "$300", "$1,000"],
    ]
    assert ask("What was the change in net sales from 2019 to 2020?", rows) is not None
    assert not isinstance(ask("What was the change in net sales?", rows), TableAnswer)


def test_a_year_is_looked_up_in_the_column_of_the_year() -> None:
    rows = [
        ["", "Three months ended December 31, 2020", "Year ended December 31, 2020"],
        ["Net sales", "$300", "$1,000"],
    ]
    assert answered("What were the net sales in 2020?", rows).cells[0].cell.value == 1000


def test_a_yes_or_no_question_is_not_answered_with_a_cell() -> None:
    assert ask("Did net revenue in Mexico grow in 2019?", INCOME) is None
