"""The training data of the reader: generated examples are correct, reproducible and split by document."""

from __future__ import annotations

import random
import re

from evals.research.reader.cloze import cloze_questions
from evals.research.reader.examples import Asked, Place, ReadableText, half_of
from evals.research.reader.fiction import invented
from evals.research.reader.recipe import passage_of
from evals.research.reader.tables import row_texts
from evals.research.reader.twins import NamePool, near_miss

POOL = NamePool(("Elena Costa", "Graz", "Nordic Council"))


def _asked(question: str, text: str) -> Asked:
    return Asked("set", "document", question, "", (ReadableText(text),), frozenset({0}))


def test_invented_documents_are_the_same_each_time() -> None:
    assert list(invented("train", 6, 1)) == list(invented("train", 6, 1))
    assert list(invented("train", 6, 1)) != list(invented("train", 6, 2))


def test_an_invented_answer_is_in_its_candidate_and_a_near_miss_names_something_missing() -> None:
    for asked in invented("judge", 40, 3):
        for place in asked.gold:
            answer = asked.candidates[place].answer
            assert answer is not None
            assert asked.candidates[place].text[slice(*answer)]
        assert asked.answerable == (asked.origin is None)


def test_a_near_miss_differs_from_its_question_in_one_thing_that_its_document_lacks() -> None:
    asked = _asked("What does the pump XJ-440 deliver?", "The pump XJ-440 delivers 32 litres.")
    made = [near_miss(asked, POOL, random.Random(seed)) for seed in range(20)]
    missed = [one for one in made if one is not None]
    assert len(missed) > 10
    for one in missed:
        assert not one.answerable
        changed = one.question != asked.question
        assert changed != (one.candidates[0].text != asked.candidates[0].text)


def test_years_are_exchanged_for_other_years() -> None:
    asked = _asked("Who won in 1999?", "In 1999, Ada won.")
    made = [near_miss(asked, POOL, random.Random(seed)) for seed in range(30)]
    years = {re.sub(r"\D", "", one.question) for one in made if one is not None}
    assert years - {"1999", ""}


def test_rules_ask_for_the_year_the_count_or_the_subject() -> None:
    text = (
        "The Tower Building was erected by the army in 1840. The old fort had 12 cannons on its north wall."
    )
    rng = random.Random(1)
    made = {asked.question: asked for _ in range(40) for asked in cloze_questions(Place("s", "d"), text, rng)}
    assert "When was the Tower Building erected by the army?" in made
    assert "How many cannons did the old fort have on its north wall?" in made
    for asked in made.values():
        [place] = asked.gold
        answer = asked.candidates[place].answer
        assert answer is not None
        assert asked.candidates[place].text[slice(*answer)] in (
            "1840",
            "12",
            "The Tower Building",
            "The old fort",
        )


def test_rows_carry_the_headers_of_their_columns() -> None:
    table = [["", "Years ended", ""], ["", "2019", "2018"], ["Sales", "1,496.5", "1,202.9"]]
    assert row_texts(table) == ["Sales; Years ended 2019: 1,496.5; 2018: 1,202.9"]


def test_a_passage_shifts_the_span_of_the_answer() -> None:
    candidates = (ReadableText("One."), ReadableText("It is two.", (6, 9)), ReadableText("Three."))
    passage = passage_of(Asked("s", "d", "q", "", candidates, frozenset({1})), 1)
    assert passage.text == "One. It is two. Three."
    assert passage.answer is not None
    assert passage.text[slice(*passage.answer)] == "two"


def test_a_document_is_always_in_the_same_half() -> None:
    halves = [half_of(f"document {number}") for number in range(200)]
    assert halves == [half_of(f"document {number}") for number in range(200)]
    assert 60 < halves.count("train") < 140
