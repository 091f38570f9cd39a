"""Answerability by the model, and by shared words if there is no model."""

from __future__ import annotations

import pytest

from ragapp.answering.answerability import HOPED_FOR, AnswerabilityModel
from ragapp.answering.extractive import extract
from ragapp.answering.passages import number_hits
from ragapp.models.build import build_reranker
from ragapp.settings import Settings
from tests.unit.answering.hits import hit

GAME = "Ealy was a Panthers starter. He had five sacks in just 9 starts. The season ended in Denver."
QUESTION = "Who was sacked five times in nine games as a Carolina Panthers starter?"


class Reading:
    """A support model with the same score for every text that holds `telling`, and a hopeless one for others.

    `score` None: it cannot tell. Notes what it was asked.
    """

    def __init__(self, score: float | None, telling: str = "") -> None:
        self.score = score
        self.telling = telling
        self.texts: list[str] = []

    def __call__(self, question: str, text: str) -> float | None:
        self.texts.append(text)
        if self.score is None:
            return None
        return self.score if self.telling in text else 0.01


def answers(question: str, text: str, model: AnswerabilityModel | None) -> bool:
    return bool(extract(question, number_hits([hit(text)]), model=model))


@pytest.mark.parametrize(("score", "expected"), [(0.99, True), (0.01, False)])
def test_what_was_read_decides(score: float, expected: bool) -> None:
    reading = Reading(score)
    assert answers(QUESTION, GAME, reading) is expected
    assert "Ealy was a Panthers starter." in reading.texts[0]


def test_a_sentence_that_answers_is_the_last_one_read() -> None:
    reading = Reading(0.99)
    assert answers(QUESTION, GAME, reading)
    assert len(reading.texts) == 1


def test_an_answer_may_stand_in_a_sentence_that_has_few_of_the_words() -> None:
    assert answers(QUESTION, GAME, Reading(0.99, telling="Denver"))


def test_where_the_best_sentences_are_hopeless_the_others_are_not_read() -> None:
    reading = Reading(0.0)
    assert not answers(QUESTION, GAME, reading)
    assert len(reading.texts) == HOPED_FOR


def test_where_nothing_is_shared_nothing_is_read() -> None:
    reading = Reading(0.99)
    assert not answers("Which opera did Verdi write for Cairo?", GAME, reading)
    assert not reading.texts


def test_while_the_model_is_not_there_words_decide() -> None:
    assert answers(QUESTION, GAME, Reading(None)) is answers(QUESTION, GAME, None)


def test_a_script_that_the_model_cannot_read_is_left_to_words() -> None:
    reading = Reading(0.99)
    answers("奥地利 的 首都 在 哪里 多瑙河", "维也纳 是 奥地利 的 最大 城市。", reading)
    assert not reading.texts


def test_the_real_model_finds_paraphrased_answers_and_refuses_otherwise() -> None:
    reranker = build_reranker("ms-marco-MiniLM-L-12-v2", Settings())

    def model(question: str, text: str) -> float:
        return float(reranker.score(question, [text])[0])

    text = "Septicemic plague infects the blood. A patient dies within 24 hours if nothing is done."
    assert answers("How quickly is septicemic plague fatal without treatment?", text, model)
    plague = "In 1348 the plague reached Paris, the largest city of France."
    assert not answers("Who is the president of France?", plague, model)
