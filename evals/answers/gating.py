"""Which scores of an answer run the gate looks at."""

from __future__ import annotations

from pathlib import Path

from evals.answers.runs import AnswerRun, read_answer_run
from evals.runs import check_same_data
from evals.statistics.gate import TOLERANCE, GateResult, judge_run

GATED = (
    "answer_recall",
    "token_recall",
    "refusal_right",
    "citation_precision",
    "citation_recall",
    "verbatim",
    "document_recall",
    "page_recall",
    "span_recall",
)


def judge_answers(
    run: AnswerRun, baseline_file: Path, tolerance: float = TOLERANCE
) -> tuple[GateResult, ...]:
    """The run against the one in the file. Raises UsageError when that was over another dataset."""
    baseline = read_answer_run(baseline_file)
    check_same_data(run, baseline, baseline_file)
    return judge_run(scores_by_metric(run), scores_by_metric(baseline), tolerance=tolerance)


def scores_by_metric(run: AnswerRun) -> dict[str, dict[str, float]]:
    """Metric -> question -> score, of the metrics that are gated."""
    scored: dict[str, dict[str, float]] = {}
    for question, result in run.questions.items():
        for metric in GATED:
            if metric in result.scores:
                scored.setdefault(metric, {})[question] = result.scores[metric]
    return scored
