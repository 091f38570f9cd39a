"""Metrics of single results, and the run file with both."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evals.answers.runs import AnswerRun, read_answer_run
from evals.answers.summary import figures, latency, verdict_shares
from evals.answers.types import QuestionResult
from evals.runs import gate_run, write_run
from ragapp.errors import UsageError


def result(*, answerable: bool | None, refused: bool, **scores: float) -> QuestionResult:
    return QuestionResult(answerable, refused, scores, {}, (), 10.0)


RESULTS = [
    *[result(answerable=True, refused=False, answer_recall=1.0)] * 6,
    *[result(answerable=True, refused=True, answer_recall=0.0)] * 2,
    *[result(answerable=False, refused=True)] * 3,
    *[result(answerable=False, refused=False)] * 1,
    result(answerable=None, refused=True),
]


def test_refusals_are_scored_over_what_has_an_answer_or_has_none() -> None:
    found = figures(RESULTS)
    assert found["refusal_precision"].value == pytest.approx(3 / 5)
    assert found["refusal_recall"].value == pytest.approx(3 / 4)
    assert found["refusal_f1"].value == pytest.approx(2 * 3 / (5 + 4))
    assert found["refused_although_answerable"].value == pytest.approx(2 / 8)
    assert found["refusal_f1"].n == 12


def test_a_mean_is_over_the_questions_that_have_the_score() -> None:
    figure = figures(RESULTS)["answer_recall"]
    assert (figure.value, figure.n) == (0.75, 8)
    assert figure.low < 0.75 < figure.high


def test_verdicts_are_shares_of_sentences() -> None:
    two = replace(RESULTS[0], verdicts={"supported": 2, "partial": 1})
    one = replace(RESULTS[0], verdicts={"unsupported": 1})
    assert verdict_shares([two, one]) == {"supported": 0.5, "partial": 0.25, "unsupported": 0.25}


def run(results: list[QuestionResult], dataset_sha256: str = "d") -> AnswerRun:
    return AnswerRun(
        dataset="mini",
        dataset_sha256=dataset_sha256,
        generator="extractive",
        model="extractive",
        prompt_version=None,
        settings={"chunk_tokens": 240},
        settings_fingerprint="f",
        embedder="e",
        recipe="r",
        code="c",
        created_at="2026-01-01T00:00:00+00:00",
        failures=(),
        figures=figures(results),
        verdicts=verdict_shares(results),
        latency_ms=latency(results),
        questions={str(number): one for number, one in enumerate(results)},
    )


@pytest.mark.parametrize("name", ["run.json", "run.json.gz"])
def test_a_run_is_read_as_it_was_written(tmp_path: Path, name: str) -> None:
    path = tmp_path / "runs" / name
    write_run(path, run(RESULTS))
    assert read_answer_run(path) == run(RESULTS)


def test_a_run_of_other_data_or_another_kind_of_file_is_not_a_baseline(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="different data"):
        gate_run(run(RESULTS), run(RESULTS, "another"))
    path = tmp_path / "run.json"
    path.write_text("{}")
    with pytest.raises(UsageError, match="not a run"):
        read_answer_run(path)


def test_significantly_more_wrong_answers_fail_the_gate() -> None:
    right = [result(answerable=True, refused=False, answer_recall=1.0)] * 40
    wrong = [result(answerable=True, refused=False, answer_recall=0.0)] * 10
    assert [one.lost for one in gate_run(run(right), run(right))] == [False]
    assert [one.lost for one in gate_run(run(wrong + right[10:]), run(right))] == [True]
