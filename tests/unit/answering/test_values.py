"""Numbers, dates and codes in their spellings."""

from __future__ import annotations

import pytest

from ragapp.answering.groundedness.value_reader import read_values


def agree(a: str, b: str) -> bool:
    """Whether all that `a` states stands in `b`."""
    known = read_values(b).found
    found = read_values(a).found
    assert found
    return all(any(value.agrees_with(other) for other in known) for value in found)


@pytest.mark.parametrize(
    ("claimed", "stated"),
    [
        ("118 m", "118 metres"),
        ("118 meters", "118m"),
        ("1.5 km", "1,500 m"),
        ("12 km²", "12 square kilometres"),
        ("12 km2", "12 sq. km"),
        ("30%", "30 percent"),
        ("30 %", "thirty percent"),
        ("$4.2 million", "4,200,000 dollars"),
        ("4.2m euros", "€4.2 million"),
        ("120k", "120,000"),
        ("987,654", "987 654 pumps"),
        ("1299 EUR", "1.299,00 EUR"),
        ("2.5", "2,5"),
        ("28 litres a minute", "28 l/min"),
        ("for a month", "30 days"),
        ("12 months", "one year"),
        ("48 hours", "two days"),
        ("12 March 2024", "March 12th, 2024"),
        ("2024-03-12", "12.03.2024"),
        ("in March 2024", "on 12 March 2024"),
        ("in 2024", "on 12 March 2024"),
        ("the 2nd floor", "the second floor"),
        ("XJ-4410-B", "part (XJ-4410-B)."),
        ("at least 5", "a minimum of 5"),
        ("20°C", "20 °C"),
    ],
)
def test_spellings_of_one_value_agree(claimed: str, stated: str) -> None:
    assert agree(claimed, stated)


@pytest.mark.parametrize(
    ("claimed", "stated"),
    [
        ("5 mW", "5 MW"),
        ("10 Mb", "10 MB"),
        ("118 m", "118 km"),
        ("300", "30%"),
        ("3:1", "1:3"),
        ("E0471", "E0417"),
        ("XJ-4410", "XJ-4410-B"),
        ("0090.3312/7", "0090.3312/8"),
        ("--verify", "--no-verify"),
        ("in C", "in C++"),
        ("type A", "type B"),
        ("654 pumps", "987 654 pumps"),
        ("3 March 2024", "12 March 2024"),
        ("in May", "in June"),
        ("-5 °C", "5 °C"),
        ("at most 18", "at least 18"),
        ("more than 100 euros", "below 100 euros"),
        ("the 2nd floor", "the third floor"),
        ("the 1990s", "in 1990"),
        ("32 litres", "32 litres per minute"),
    ],
)
def test_other_values_do_not(claimed: str, stated: str) -> None:
    assert not agree(claimed, stated)


@pytest.mark.parametrize(
    "text", ["You may go.", "One of them left.", "A state-of-the-art e-mail.", "And/or both."]
)
def test_what_only_looks_like_a_value_is_not_one(text: str) -> None:
    assert read_values(text).found == ()


@pytest.mark.parametrize("length", [101, 4301, 20_000])
@pytest.mark.parametrize("form", ["{}", "{}.5", "{}th", "$ {} million", "1,{}", "-{} m", "{}:{}"])
def test_numbers_longer_than_python_converts_are_compared_as_written(form: str, length: int) -> None:
    """Python refuses to convert more than 4,300 digits, which ended the whole answer."""
    text = form.format("7" * length, "7" * length)
    assert agree(text, text)
    assert not agree(text, form.format("7" * (length - 1) + "8", "1"))
