"""Which scores of an answer run the gate looks at."""

from __future__ import annotations

from pathlib import Path

from evals.answers.runs import AnswerRun, read_answer_run
from evals.gate import TOLERANCE, GateResult, judge_run
from ragapp.errors import UsageError

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
    if baseline.dataset_sha256 != run.dataset_sha256:
        raise UsageError(
            f"{baseline_file} is a run over another version of {baseline.dataset!r}. Make a new baseline: "
            "run without --baseline and keep the run file."
        )
    return judge_run(_scores(run), _scores(baseline), tolerance=tolerance)


def _scores(run: AnswerRun) -> dict[str, dict[str, float]]:
    scored: dict[str, dict[str, float]] = {}
    for question, result in run.questions.items():
        for metric in GATED:
            if metric in result.scores:
                scored.setdefault(metric, {})[question] = result.scores[metric]
    return scored
