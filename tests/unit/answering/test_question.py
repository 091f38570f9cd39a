"""Questions are understood: their kind, what they name, and what does not belong to them."""

from __future__ import annotations

import pytest

from ragapp.answering.reading.question import QuestionKind, is_english, understand


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many pumps were sold?", "number"),
        ("What is the price of the gasket?", "number"),
        ("When does the contract end?", "date"),
        ("In which year was the bridge built?", "date"),
        ("Who runs the archive?", "person"),
        ("Where is the harbour?", "place"),
        ("Is the tower open in winter?", "yes_no"),
        ("What is a breakwater?", "definition"),
        ("how to clean the filter", "how_to"),
        ("How do I reset the pump?", "how_to"),
        ("Which rooms are on the first floor?", "list"),
        ("What kinds of valves are there?", "list"),
        ("difference between a valve and a tap", "difference"),
        ("Compare the north tower with the south tower", "comparison"),
        ("Summarize the manual", "summary"),
        ("pump pressure", "fact"),
    ],
)
def test_the_kind_of_answer_that_is_wanted(question: str, kind: QuestionKind) -> None:
    assert understand(question).kind == kind


def test_names_codes_and_years_are_what_an_answer_must_be_about() -> None:
    question = understand("How much did Ada Thornton pay for XJ-4410-B and --no-verify in 2023?")
    assert question.names[:2] == ("Ada", "Thornton")
    assert question.codes >= {"xj-4410-b", "--no-verify"}
    assert question.years == {"2023"}


def test_the_first_word_and_units_are_no_names() -> None:
    assert understand("Pumps of which size cost 30 EUR?").names == ()


def test_both_sides_of_a_comparison_are_found() -> None:
    assert understand("What is the difference between the LCP and an NCP in PPP?").sides == ("LCP", "NCP")
    assert understand("How does tea differ from coffee?").kind != "comparison"


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("In price_list.csv, what is the price of KB-200?", "What is the price of KB-200?"),
        ("According to the annual report, who is the auditor?", "Who is the auditor?"),
        ("What was the profit in FY2022? Answer in millions.", "What was the profit in 2022?"),
        (
            "Using the balance sheet, how much debt was there in FY21? Round it.",
            "How much debt was there in 2021?",
        ),
        ("What were sales in Q22023?", "What were sales in Q2 2023?"),
        ("In Rome, what is the price of bread?", "In Rome, what is the price of bread?"),
    ],
)
def test_only_what_is_asked_is_read(asked: str, read: str) -> None:
    assert understand(asked).text == read


@pytest.mark.parametrize("question", ["titan diameter", "POP3 port", "What is the rent?", "whats the adress"])
def test_english_is_recognized(question: str) -> None:
    assert is_english(question)


@pytest.mark.parametrize(
    "question",
    ["¿Qué puerto usa POP3?", "Qui dirige le projet ?", "Wer leitet das Büro?", "灯台はいつ建てられたか"],
)
def test_other_languages_are_recognized(question: str) -> None:
    assert not is_english(question)
