from datetime import date
from decimal import Decimal

import pytest

from ragapp.tables.cells import decimal_mark_of, read_cell


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("1,452.4", "1452.4", None),
        ("$  1,452.4", "1452.4", "USD"),
        ("$(2,227)", "-2227", "USD"),
        ("(1,473)", "-1473", None),
        ("−298", "-298", None),
        ("–136", "-136", None),
        ("(14.3)%", "-14.3", "%"),
        ("7 %", "7", "%"),
        ("19 per cent", "19", "%"),
        ("€ 12", "12", "EUR"),
        ("12 €", "12", "EUR"),
        ("HK$3.50", "3.50", "HKD"),
        ("1 234 567", "1234567", None),
        ("1'234.50", "1234.50", None),
        (".5", ".5", None),
        ("12,34,567", "1234567", None),
        ("45 days", "45", "days"),
        ("3.1x", "3.1", "x"),
    ],
)
def test_numbers_are_read_with_sign_and_unit(text: str, value: str, unit: str | None) -> None:
    read = read_cell(text)
    assert (read.value, read.unit) == (Decimal(value), unit)


@pytest.mark.parametrize("text", ["—", "–", "-", "- -", "$ -", "$—", "nil"])
def test_a_dash_is_nothing_as_a_number(text: str) -> None:
    assert read_cell(text).value == 0
    assert read_cell(text).text == text


def test_a_dash_with_a_percent_sign_is_zero_percent() -> None:
    assert (read_cell("- - %").type, read_cell("- - %").value) == ("percent", 0)


@pytest.mark.parametrize("text", ["N/A", "3-5", "Q4 2019", "2017/2018", "Level 1", "USD", "v1.2.3", "12:30"])
def test_words_ranges_and_codes_are_no_numbers(text: str) -> None:
    assert read_cell(text).type == "text"


@pytest.mark.parametrize(
    ("text", "bare", "value", "notes"),
    [
        ("17(1)", "17", 17, ("1",)),
        ("$1,304 (2)", "$1,304", 1304, ("2",)),
        ("(123)(1)", "(123)", -123, ("1",)),
        ("2,345*", "2,345", 2345, ("*",)),
        ("12²", "12", 12, ("²",)),
        ("(123)", "(123)", -123, ()),
        ("(1)", "(1)", -1, ()),
    ],
)
def test_marks_of_footnotes_are_no_part_of_the_number(
    text: str, bare: str, value: int, notes: tuple[str, ...]
) -> None:
    read = read_cell(text)
    assert (read.text, read.value, read.notes) == (bare, value, notes)


def test_a_cell_can_have_its_own_scale() -> None:
    read = read_cell("$1.2 billion")
    assert (read.value, read.unit, read.scale) == (Decimal("1.2"), "USD", 9)


def test_dates_are_read() -> None:
    assert read_cell("April 27, 2019").value == date(2019, 4, 27)
    assert read_cell("30 Mar 2019").value == date(2019, 3, 30)
    assert read_cell("2020-02-29").value == date(2020, 2, 29)


def test_european_decimals_where_the_column_shows_them() -> None:
    assert decimal_mark_of(["1.234,56", "12"]) == ","
    assert decimal_mark_of(["1,234.56", "12"]) == "."
    assert decimal_mark_of(["1.234", "2,345"]) is None
    assert read_cell("1.234,56", ",").value == Decimal("1234.56")
    assert read_cell("1.234", ",").value == Decimal(1234)
