from datetime import date
from decimal import Decimal

import pytest

from ragapp.answering.tables.query import asks_value, read_query
from ragapp.answering.tables.times import Time, times_in, without_times


@pytest.mark.parametrize(
    ("question", "operation"),
    [
        ("What was the amount of sales in 2019?", "look up"),
        ("What was the change in revenue from 2018 to 2019?", "change"),
        ("What was the percentage change in revenue between 2018 and 2019?", "percentage change"),
        ("What was the % change in revenue from 2018 to 2019?", "percentage change"),
        ("How much did revenue increase from 2017 to 2018?", "change"),
        ("What is the average net income for 2018 and 2019?", "average"),
        ("What is the ratio of total assets to total liabilities in 2019?", "ratio"),
        ("What is revenue from Asia as a percentage of total revenue in 2019?", "percentage"),
        ("What percentage of total costs is made up of salaries in 2018?", "percentage"),
        ("What is the difference between the high and the low price?", "difference"),
        ("What is the sum of audit fees and tax fees in 2019?", "sum"),
        ("In which year was revenue the largest?", "extreme"),
        ("Which country had the highest sales in 2019?", "extreme"),
        ("Which years did net income exceed $30,000 thousand?", "filter"),
        ("How many years did net income exceed $30,000 thousand?", "count"),
        ("Which years does the table provide information for?", "list"),
        ("What are the components under current assets?", "list"),
    ],
)
def test_the_operation_is_read_from_the_wording(question: str, operation: str) -> None:
    assert read_query(question).operation == operation


def test_conditions_have_their_amount_in_full_when_a_scale_is_named() -> None:
    condition = read_query("Which years did income exceed $30,000 thousand?").condition
    assert condition is not None
    assert (condition.above, condition.amount, condition.scaled) == (True, Decimal(30_000_000), True)


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("in 2019 and 2018", [Time(2019), Time(2018)]),
        ("from 2017 to 2019", [Time(2017), Time(2018), Time(2019)]),
        ("for 2017,2018 and 2019", [Time(2017), Time(2018), Time(2019)]),
        ("as of June 30, 2019", [Time(2019, None, date(2019, 6, 30))]),
        (
            "at June 30 and December 31, 2019",
            [Time(2019, None, date(2019, 6, 30)), Time(2019, None, date(2019, 12, 31))],
        ),
        ("in the third quarter of 2022", [Time(2022, 3)]),
        ("in FY19", [Time(2019)]),
        ("of the 2019 report", [Time(2019)]),
        ("per share", []),
    ],
)
def test_times_are_read_in_order(text: str, times: list[Time]) -> None:
    assert list(times_in(text)) == times


def test_times_are_no_part_of_the_phrase_that_names_a_line() -> None:
    assert without_times("total sales for the year ended December 31, 2019") == "total sales"


@pytest.mark.parametrize(
    "question",
    [
        "Why did revenue increase in 2019?",
        "How is the discount rate determined?",
        "What does order intake represent?",
        "What are distribution customers?",
        "What was the increase in inventories due to?",
    ],
)
def test_questions_for_prose_are_none_for_cells(question: str) -> None:
    assert not asks_value(question)
