"""Compares two runs over the same data: the differences, their significance, and the questions
that changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from evals.answers.runs import AnswerRun, read_answer_run
from evals.retrieval.runs import RetrievalRun, read_retrieval_run
from evals.runs import ScoredRun, ScoresByMetric
from evals.statistics.gate import GateResult, judge_run
from ragapp.errors import NotFoundError, UsageError
from ragapp.types import EvalRun, FigureChange, QuestionChange, QuestionTrace, RunComparison, RunKind

MOVED = 20
"""The most questions that are listed. Those without a change are not."""


def compare_runs(before: StoredRun, after: StoredRun) -> RunComparison:
    """Compares two runs. Raises UsageError if they differ in kind or data, or have no question in common."""
    first, second = before.run, after.run
    if first.kind != second.kind or before.data != after.data:
        raise UsageError(
            f"{first.name} is a {first.kind} run over {first.dataset!r}, {second.name} a {second.kind} run "
            f"over {second.dataset!r}, or the set was changed in between. Choose two runs of the same set."
        )
    old, new = before.scores, after.scores
    figure = before.headline if before.headline in old else next(iter(old))
    return RunComparison(
        before=first.name,
        after=second.name,
        changes=tuple(_change(one, old, new) for one in judge_run(new, old)),
        figure=figure,
        moved=tuple(_moved(old[figure], new.get(figure, {}))),
    )


def _change(result: GateResult, old: ScoresByMetric, new: ScoresByMetric) -> FigureChange:
    both = old[result.metric].keys() & new[result.metric].keys()
    found = result.comparison
    return FigureChange(
        figure=result.metric,
        before=float(np.mean([old[result.metric][one] for one in both])),
        after=float(np.mean([new[result.metric][one] for one in both])),
        difference=found.difference,
        low=found.low,
        high=found.high,
        p=result.p,
        better=found.wins,
        equal=found.ties,
        worse=found.losses,
    )


def _moved(old: Mapping[str, float], new: Mapping[str, float]) -> list[QuestionChange]:
    both = (QuestionChange(one, old[one], new[one]) for one in old.keys() & new.keys())
    moved = [one for one in both if one.before != one.after]
    return sorted(moved, key=lambda one: (-abs(one.after - one.before), one.question))[:MOVED]


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A stored run. `data` is equal for runs over the same questions and documents; `headline` is the metric
    by which questions are ordered; `traces` are by question.
    """

    run: EvalRun
    data: str
    headline: str
    scores: ScoresByMetric
    traces: Mapping[str, QuestionTrace]

    def trace(self, question: str) -> QuestionTrace:
        """What the run recorded about a question. Raises NotFoundError."""
        if question not in self.traces:
            raise NotFoundError(
                f"Question {question!r} is not in the run {self.run.name}. Compare the runs again."
            )
        return self.traces[question]


def read_stored_run(path: Path) -> StoredRun:
    """Reads a run file; the run gets the name of the file.

    Raises UsageError if it is not a known kind of run.
    """
    try:
        try:
            return _retrieval(path.stem, read_retrieval_run(path))
        except UsageError:
            return _answers(path.stem, read_answer_run(path))
    except (KeyError, ValueError) as error:  # an unknown system or an invalid time
        raise UsageError(f"{path} is not a complete run: {error}. Run the evaluation again.") from error


def _retrieval(name: str, run: RetrievalRun) -> StoredRun:
    found = run.scored.queries
    system = f"{run.system}, {run.embedder}"
    return StoredRun(
        run=_eval_run(
            name, "retrieval", run, system=system, questions=len(found), figures=run.scored.metrics
        ),
        data=run.dataset_sha256,
        headline=run.metric,
        scores=run.scores(),
        traces={
            question: QuestionTrace(question, None, one.scores, one.documents, None, {}, None)
            for question, one in found.items()
        },
    )


def _answers(name: str, run: AnswerRun) -> StoredRun:
    figures = {figure: one.value for figure, one in run.figures.items()}
    return StoredRun(
        run=_eval_run(name, "answers", run, system=run.model, questions=len(run.questions), figures=figures),
        data=run.dataset_sha256,
        headline="answer_recall",
        scores=run.scores(),
        traces={
            question: QuestionTrace(
                question=question,
                text=None,
                scores=one.scores,
                found=tuple(f"{document}, page {page}" for document, page in one.cited),
                refused=one.refused,
                verdicts={str(verdict): count for verdict, count in one.verdicts.items()},
                ms=one.ms,
            )
            for question, one in run.questions.items()
        },
    )


def _eval_run(
    name: str, kind: RunKind, run: ScoredRun, *, system: str, questions: int, figures: Mapping[str, float]
) -> EvalRun:
    return EvalRun(
        name=name,
        kind=kind,
        dataset=run.dataset,
        created_at=datetime.fromisoformat(run.created_at).astimezone(UTC),
        system=system,
        fingerprint=run.settings_fingerprint,
        questions=questions,
        figures=dict(figures),
        has_report=False,
    )
