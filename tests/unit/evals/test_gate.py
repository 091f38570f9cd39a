"""When the gate fails."""

from __future__ import annotations

import random

import pytest

from evals.statistics.gate import holm, judge_run, table_rows
from ragapp.errors import UsageError

QUESTIONS = [f"q{number}" for number in range(100)]


def scores(right: int) -> dict[str, dict[str, float]]:
    """A metric on which the first `right` of the questions score."""
    return {"recall": {q: float(place < right) for place, q in enumerate(QUESTIONS)}}


def test_the_same_run_passes() -> None:
    (verdict,) = judge_run(scores(80), scores(80))
    assert not verdict.lost
    assert verdict.comparison.ties == 100


def test_a_clear_loss_fails_the_gate_and_a_gain_does_not() -> None:
    assert judge_run(scores(65), scores(80))[0].lost
    assert not judge_run(scores(95), scores(80))[0].lost


def test_a_loss_that_is_not_significant_passes() -> None:
    (verdict,) = judge_run(scores(77), scores(80))
    assert verdict.p > 0.05
    assert not verdict.lost


def test_a_loss_within_the_tolerance_passes() -> None:
    assert judge_run(scores(65), scores(80), tolerance=0.2)[0].lost is False


def test_the_outcome_is_described_in_words() -> None:
    def outcome(now: int, tolerance: float = 0.01) -> str:
        (result,) = judge_run(scores(now), scores(80), tolerance=tolerance)
        assert table_rows([result])[0][-1] == result.outcome
        return result.outcome

    assert [outcome(now) for now in (80, 77, 95, 65)] == ["the same", "not significant", "better", "LOST"]
    assert outcome(65, tolerance=0.2) == "worse, within the tolerance"


def test_noise_passes_twenty_times_in_twenty() -> None:
    rng = random.Random(0)
    for _ in range(20):
        before = {"recall": {q: rng.random() for q in QUESTIONS}}
        after = {"recall": {q: value + rng.gauss(0, 0.05) for q, value in before["recall"].items()}}
        assert not judge_run(after, before)[0].lost


def test_only_questions_that_both_have_are_compared() -> None:
    fewer = {"recall": {q: value for q, value in scores(80)["recall"].items() if q != "q0"}}
    (verdict,) = judge_run(fewer, scores(80))
    assert verdict.comparison.ties == 99


def test_runs_without_a_common_question_are_refused() -> None:
    with pytest.raises(UsageError, match="--limit"):
        judge_run({"recall": {"a": 1.0}}, {"recall": {"b": 1.0}})


def test_holm_corrects_the_smallest_most_and_keeps_the_order() -> None:
    # Worked by hand: .01 * 3, .03 * 2, and .04 * 1 which may not fall below its predecessor.
    assert holm({"b": 0.03, "a": 0.01, "c": 0.04}) == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06})
