"""The contract of rerankers."""

from __future__ import annotations

import numpy as np
import pytest

from ragapp.protocols import Reranker

QUESTION = "When was the harbour built?"
PASSAGES = [
    "Sourdough bread rises for twelve hours.",
    "The harbour was built in 1862 by Ada Thornton.",
    "The harbour lies north of the old town.",
]


class RerankerContract:
    """What every Reranker must do. Subclasses override the fixture `reranker`."""

    @pytest.fixture
    def reranker(self) -> Reranker:
        raise NotImplementedError("Override the fixture `reranker`: it returns what your factory makes.")

    def test_the_passage_that_answers_scores_highest_and_the_unrelated_one_lowest(
        self, reranker: Reranker
    ) -> None:
        assert np.argsort(reranker.score(QUESTION, PASSAGES)).tolist() == [0, 2, 1]

    def test_scores_are_between_0_and_1_in_the_order_of_the_passages(self, reranker: Reranker) -> None:
        scores = reranker.score(QUESTION, PASSAGES)
        assert scores.dtype == np.float32
        assert scores.shape == (3,)
        assert ((scores >= 0) & (scores <= 1)).all()
        np.testing.assert_allclose(reranker.score(QUESTION, PASSAGES[::-1]), scores[::-1], atol=1e-5)

    def test_a_score_does_not_depend_on_the_other_passages(self, reranker: Reranker) -> None:
        alone = [reranker.score(QUESTION, [passage])[0] for passage in PASSAGES]
        np.testing.assert_allclose(reranker.score(QUESTION, PASSAGES), alone, atol=1e-5)

    def test_no_passages_give_no_scores(self, reranker: Reranker) -> None:
        assert reranker.score(QUESTION, []).shape == (0,)

    def test_long_passages_and_questions_are_cut(self, reranker: Reranker) -> None:
        scores = reranker.score("harbour " * 900, [PASSAGES[1] + " Herons fish." * 900, ""])
        assert np.isfinite(scores).all()
