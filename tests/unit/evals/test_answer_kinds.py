"""Results are counted by kind of question."""

from __future__ import annotations

from evals.answers.kinds import by_kind, kind_rows
from evals.answers.types import QuestionResult


def result(kind: str, *, answerable: bool, refused: bool, **scores: float) -> QuestionResult:
    return QuestionResult(answerable, refused, scores, {}, (), 10.0, kind=kind)


RESULTS = [
    result("look-up", answerable=True, refused=False, answer_recall=1.0, first_sentence_recall=1.0),
    result("look-up", answerable=True, refused=False, answer_recall=1.0, first_sentence_recall=0.0),
    result("look-up", answerable=True, refused=True, answer_recall=0.0, first_sentence_recall=0.0),
    result("near miss", answerable=False, refused=True, near_miss_refused=1.0, without_sibling=1.0),
    result("near miss", answerable=False, refused=False, near_miss_refused=0.0, without_sibling=0.0),
    result("summary", answerable=True, refused=False),
    result("", answerable=False, refused=True),
]


def test_each_kind_has_a_row_of_counts() -> None:
    assert kind_rows(by_kind(RESULTS)) == [
        ("look-up", "3", "2 of 3", "1 of 3", "–", "1 of 3", "–"),
        ("near miss", "2", "–", "–", "1 of 2", "–", "1 of 2"),
        ("summary", "1", "–", "–", "–", "0 of 1", "–"),
        ("unanswerable", "1", "–", "–", "1 of 1", "–", "–"),
    ]
