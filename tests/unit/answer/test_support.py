"""When the documents answer: words decide where they tell, and a model reads where they do not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from ragapp.answer.extractive import extract
from ragapp.answer.passages import number_hits
from ragapp.models.build import build_reranker
from ragapp.settings import Settings
from tests.unit.answer.hits import hit

GAME = "Ealy was a Panthers starter. He had five sacks in just 9 starts. The season ended in Denver."
DOUBTFUL = "Who was sacked five times in nine games as a Carolina Panthers starter?"


class Reading:
    """A support model that gives every text one score, or cannot tell, and notes what it was asked."""

    def __init__(self, score: float | None) -> None:
        self.score = score
        self.texts: list[str] = []

    def __call__(self, question: str, texts: Sequence[str]) -> NDArray[np.float32] | None:
        self.texts += texts
        return None if self.score is None else np.full(len(texts), self.score, dtype=np.float32)


def answers(question: str, text: str, model: Reading | Callable[..., NDArray[np.float32]] | None) -> bool:
    return bool(extract(question, number_hits([hit(text)]), model=model))


@pytest.mark.parametrize(("score", "expected"), [(0.99, True), (0.0001, False)])
def test_where_words_leave_doubt_the_reading_decides(score: float, expected: bool) -> None:
    reading = Reading(score)
    assert answers(DOUBTFUL, GAME, reading) is expected
    assert any("five sacks in just 9 starts" in text for text in reading.texts)


def test_what_words_tell_clearly_is_not_read() -> None:
    reading = Reading(0.0)
    assert answers("When was the Halden factory sold?", "In 1975 the Halden factory was sold.", reading)
    assert not answers("Which opera did Verdi write for Cairo?", GAME, reading)
    assert not reading.texts


def test_while_the_model_is_not_there_words_decide() -> None:
    assert answers(DOUBTFUL, GAME, Reading(None)) is answers(DOUBTFUL, GAME, None)


def test_a_script_that_the_model_cannot_read_is_left_to_words() -> None:
    reading = Reading(0.99)
    answers("奥地利 的 首都 在 哪里 多瑙河", "维也纳 是 奥地利 的 最大 城市。", reading)
    assert not reading.texts


def test_the_real_model_finds_the_answer_in_other_words_and_none_where_there_is_none() -> None:
    model = build_reranker("ms-marco-MiniLM-L-12-v2", Settings()).score
    text = "Septicemic plague infects the blood. A patient dies within 24 hours if nothing is done."
    assert answers("How quickly is septicemic plague fatal without treatment?", text, model)
    plague = "In 1348 the plague reached Paris, the largest city of France."
    assert not answers("Who is the president of France?", plague, model)
