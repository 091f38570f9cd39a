"""When a claim is supported by what it cites."""

from __future__ import annotations

import pytest

from ragapp.answering.groundedness.check import groundedness

QUOTE = (
    "In 2015 the Denver plant made 1,200 tonnes of steel, 38% more than\n"
    "the year before, and it did not close."
)


@pytest.mark.parametrize(
    "claim",
    [
        QUOTE.replace("\n", " "),
        "the Denver plant made 1200 tonnes of steel and it did not close",
        "The Denver plant did not close and made 1,200 tons of steel in 2015.",
        "In Denver the plant made 38 % more steel than the year before without closing.",
    ],
)
def test_what_the_quote_says_is_supported(claim: str) -> None:
    assert groundedness(claim, [QUOTE]) == "supported"


@pytest.mark.parametrize(
    "claim",
    [
        "In 2015 the Denver plant made 1,300 tonnes of steel and did not close.",
        "In 2016 the Denver plant made 1,200 tonnes of steel and did not close.",
        "In 2015 the Denver plant made 1,200 kilograms of steel and did not close.",
        "In 2015 the Denver plant made 1,200 tonnes of steel and closed.",
        "In 2015 the Boston plant made 1,200 tonnes of steel and did not close.",
        "The weather was not warm.",
    ],
)
def test_another_number_date_unit_negation_or_name_is_not(claim: str) -> None:
    assert groundedness(claim, [QUOTE]) == "unsupported"


def test_half_of_it_is_partial() -> None:
    claim = "The Denver plant made steel and never hired more workers."
    assert groundedness(claim, [QUOTE]) == "partial"


def test_verbatim_words_torn_from_a_negated_sentence_are_at_most_partial() -> None:
    quote = "It is not true that the drug cures the disease."
    assert groundedness("The drug cures the disease.", [quote]) == "partial"


def test_a_name_from_elsewhere_in_the_passage_costs_the_full_verdict() -> None:
    quote = "It made 1,200 tonnes of steel."
    claim = "In Denver it made 1,200 tonnes of steel."
    assert groundedness(claim, [quote]) == "unsupported"
    assert groundedness(claim, [quote], frozenset({"denver"})) == "partial"


def test_quotes_count_together() -> None:
    quotes = ["The plant made steel.", "It opened in Denver in 1950."]
    assert groundedness("The plant that made steel opened in Denver in 1950.", quotes) == "supported"


def test_number_words_and_digits_are_the_same() -> None:
    assert (
        groundedness("It has 3 doors made of oak wood.", ["It has three doors made of oak wood."])
        == "supported"
    )
    assert (
        groundedness("It has four doors of oak wood.", ["It has three doors of oak wood."]) == "unsupported"
    )


def test_without_a_quote_nothing_is_supported() -> None:
    assert groundedness("Steel.", []) == "unsupported"
    assert groundedness("", ["Steel."]) != "partial"


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("70% of women agreed.", "Seventy percent of women agreed."),
        ("Twenty-five ships sailed.", "In May 25 ships sailed."),
        ("200 men died.", "Two hundred men died."),
        ("Nineteen of 20 men left.", "19 of twenty men left."),
    ],
)
def test_numbers_agree_in_words_and_digits(claim: str, quote: str) -> None:
    assert groundedness(claim, [quote]) == "supported"


@pytest.mark.parametrize("claim", ["71% of women agreed.", "Seventy-one percent of women agreed."])
def test_another_number_in_words_does_not_agree(claim: str) -> None:
    assert groundedness(claim, ["Seventy percent of women agreed."]) == "unsupported"


SUBJECT = frozenset({"black", "death"})
REACHED = "In the spring of 1349 it reached England, where it spread in three epidemics."


def test_a_sentence_need_not_repeat_what_its_document_is_about() -> None:
    claim = "The Black Death reached England in the spring of 1349."
    assert groundedness(claim, [REACHED], SUBJECT, SUBJECT) == "supported"
    assert groundedness(claim, [REACHED], SUBJECT) == "partial"


def test_what_a_document_is_called_supports_nothing_by_itself() -> None:
    for claim in ("The Black Death.", "The Black Death is a hoax.", "It was Black Death."):
        assert groundedness(claim, ["Ships wait for high water."], SUBJECT, SUBJECT) == "unsupported"
