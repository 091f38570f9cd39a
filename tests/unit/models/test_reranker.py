"""The cross-encoder reranker, with its real model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ragapp.models.build import build_reranker
from ragapp.protocols import Reranker
from ragapp.settings import Settings

QUESTION = "When was the harbour built?"
PASSAGES = [
    "Sourdough bread rises for twelve hours.",
    "The harbour was built in 1862 by Ada Thornton.",
    "The harbour lies north of the old town.",
]


@pytest.fixture(scope="module")
def reranker(model_folder: Callable[[str], Path]) -> Reranker:
    model_folder("ms-marco-MiniLM-L-12-v2")
    reranker = build_reranker("ms-marco-MiniLM-L-12-v2", Settings())
    assert reranker is not None
    return reranker


def test_the_passage_that_answers_scores_highest_and_the_unrelated_one_lowest(reranker: Reranker) -> None:
    assert np.argsort(reranker.score(QUESTION, PASSAGES)).tolist() == [0, 2, 1]


def test_scores_are_between_0_and_1_in_the_order_of_the_passages(reranker: Reranker) -> None:
    scores = reranker.score(QUESTION, PASSAGES)
    assert scores.dtype == np.float32
    assert scores.shape == (3,)
    assert ((scores >= 0) & (scores <= 1)).all()
    np.testing.assert_array_equal(reranker.score(QUESTION, PASSAGES[::-1]), scores[::-1])


def test_a_score_does_not_depend_on_the_other_passages(reranker: Reranker) -> None:
    alone = [reranker.score(QUESTION, [passage])[0] for passage in PASSAGES]
    np.testing.assert_array_equal(reranker.score(QUESTION, PASSAGES), alone)


def test_no_passages_give_no_scores(reranker: Reranker) -> None:
    assert reranker.score(QUESTION, []).shape == (0,)


def test_long_passages_and_questions_are_cut(reranker: Reranker) -> None:
    scores = reranker.score("harbour " * 900, [PASSAGES[1] + " Herons fish." * 900, ""])
    assert np.isfinite(scores).all()
