"""SQuAD's comparison of an answer with gold answers."""

from __future__ import annotations

import pytest

from evals.answers.wording import answers_in, wording_scores


def test_case_articles_punctuation_and_markers_do_not_count() -> None:
    scores = wording_scores("The Denver Broncos. [1][2]", ["denver broncos"])
    assert scores == {"exact_match": 1.0, "f1": 1.0, "answer_recall": 1.0, "token_recall": 1.0}


def test_a_sentence_that_contains_the_answer_has_full_recall() -> None:
    scores = wording_scores("It was won by the Denver Broncos [1]", ["Denver Broncos"])
    assert (scores["exact_match"], scores["answer_recall"], scores["token_recall"]) == (0.0, 1.0, 1.0)
    assert scores["f1"] == pytest.approx(2 * 2 / (6 + 2))


def test_answers_match_whole_words_only() -> None:
    assert wording_scores("In 1862 it opened", ["186"])["answer_recall"] == 0.0


def test_each_metric_uses_its_best_gold_answer() -> None:
    scores = wording_scores("red", ["dark red brick", "red"])
    assert scores["exact_match"] == 1.0


def test_a_refusal_has_no_recall() -> None:
    assert set(wording_scores("", ["red"]).values()) == {0.0}


def test_a_pattern_or_a_gold_answer_is_enough() -> None:
    assert answers_in("Marketing: 790000 EUR [1]", (), r"Marketing.*790000")
    assert answers_in("first\nsecond", (), "first.second")
    assert answers_in("It delivers 28 litres.", ("28 litres",), "")
    assert not answers_in("It delivers 128 litres.", ("28 litres",), r"\b28\b")
    assert not answers_in("", ("28 litres",), "28")
    assert not answers_in("anything", (), "")
