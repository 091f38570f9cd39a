"""The bundled reader, with its real model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ragapp.errors import ModelError
from ragapp.models.reader import OnnxReader
from ragapp.types import Reading

QUESTION = "When was the harbour built?"
CANDIDATES = [
    "Sourdough bread rises for twelve hours.",
    "The harbour was built in 1862 by Ada Thornton.",
    "The harbour lies north of the old town.",
]


@pytest.fixture(scope="module")
def reader() -> OnnxReader:
    return OnnxReader(threads=1)


def test_the_sentence_that_answers_is_read_as_the_answer(reader: OnnxReader) -> None:
    readings = reader.score(QUESTION, CANDIDATES)
    assert max(readings, key=lambda one: one.relevance) is readings[1]
    assert readings[1].answerable > 0.5
    assert max(readings[0].answerable, readings[2].answerable) < 0.5


def test_the_span_is_the_answer_within_the_candidate(reader: OnnxReader) -> None:
    [reading] = reader.score(QUESTION, [CANDIDATES[1]])
    assert reading.span is not None
    assert "1862" in CANDIDATES[1][slice(*reading.span)]


@pytest.mark.parametrize(
    ("question", "answering", "missing"),
    [
        ("What does the RX-210 weigh?", "The RX-210 weighs 14 kg.", "The RX-270 weighs 14 kg."),
        (
            "What was the revenue of Belcor Ltd in 2021?",
            "Company: Belcor Ltd; Year: 2021; Revenue: 40 million dollars",
            "Company: Belcor Ltd; Year: 2019; Revenue: 40 million dollars",
        ),
        (
            "Who manages the Ghent office?",
            "The Ghent office is managed by Ines Sato.",
            "The Ghent office is large.",
        ),
    ],
)
def test_a_near_miss_is_less_answerable(
    reader: OnnxReader, question: str, answering: str, missing: str
) -> None:
    right, wrong = reader.score(question, [answering, missing])
    assert right.answerable > 0.5 > wrong.answerable


def test_a_reading_does_not_depend_on_the_other_candidates(reader: OnnxReader) -> None:
    alone = [reader.score(QUESTION, [candidate])[0] for candidate in CANDIDATES]
    assert reader.score(QUESTION, CANDIDATES) == alone


def test_no_candidates_give_no_readings(reader: OnnxReader) -> None:
    assert reader.score(QUESTION, []) == []


def test_long_and_empty_texts_are_read(reader: OnnxReader) -> None:
    readings = reader.score("harbour " * 900, [CANDIDATES[1] + " Herons fish." * 900, "", " "])
    assert np.isfinite([(one.relevance, one.answerable) for one in readings]).all()
    assert [one.span for one in readings[1:]] == [None, None]


def test_a_missing_model_says_which_file(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"model\.onnx"):
        OnnxReader(tmp_path)


def test_spans_are_characters_of_candidates_beyond_ascii(reader: OnnxReader) -> None:
    candidate = "Größe – naïve café: The harbour was built in 1862."
    [reading] = reader.score(QUESTION, [candidate])
    assert isinstance(reading, Reading)
    assert reading.span is not None
    assert "1862" in candidate[slice(*reading.span)]
