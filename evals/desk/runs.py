"""Runs of either kind, as the desk tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from evals.answers.gating import scores_by_metric
from evals.answers.runs import AnswerRun, read_answer_run
from evals.retrieval.runs import RetrievalRun, read_retrieval_run
from evals.runs import RunHead
from ragapp.errors import NotFoundError, UsageError
from ragapp.types import EvalRun, QuestionTrace, RunKind

RUN_SUFFIX: Final = ".json"


class KeptRun(Protocol):
    """A run with its kind's own ways behind it."""

    @property
    def data(self) -> str:
        """What it was over: equal only for the same questions and documents."""

    @property
    def headline(self) -> str:
        """The figure by which questions are put in order."""

    def told(self) -> EvalRun: ...

    def scores(self) -> Mapping[str, Mapping[str, float]]:
        """Figure -> question -> score."""

    def trace(self, question: str) -> QuestionTrace:
        """Raises NotFoundError."""


@dataclass(frozen=True, slots=True)
class KeptRetrievalRun:
    path: Path
    run: RetrievalRun

    @property
    def data(self) -> str:
        return self.run.dataset_sha256

    @property
    def headline(self) -> str:
        return self.run.metric

    def told(self) -> EvalRun:
        run = self.run
        figures = dict(run.scored.metrics)
        system = f"{run.system}, {run.embedder}"
        return _told(
            self.path, "retrieval", run, system=system, questions=len(run.scored.queries), figures=figures
        )

    def scores(self) -> Mapping[str, Mapping[str, float]]:
        return {figure: self.run.values(figure) for figure in self.run.scored.metrics}

    def trace(self, question: str) -> QuestionTrace:
        result = self.run.scored.queries.get(question)
        if result is None:
            raise _no_question(question, self.path)
        return QuestionTrace(question, None, result.scores, result.documents, None, {}, None)


@dataclass(frozen=True, slots=True)
class KeptAnswerRun:
    path: Path
    run: AnswerRun

    @property
    def data(self) -> str:
        return self.run.dataset_sha256

    @property
    def headline(self) -> str:
        return "answer_recall"

    def told(self) -> EvalRun:
        run = self.run
        figures = {name: figure.value for name, figure in run.figures.items()}
        return _told(
            self.path, "answers", run, system=run.model, questions=len(run.questions), figures=figures
        )

    def scores(self) -> Mapping[str, Mapping[str, float]]:
        return scores_by_metric(self.run)

    def trace(self, question: str) -> QuestionTrace:
        result = self.run.questions.get(question)
        if result is None:
            raise _no_question(question, self.path)
        cited = tuple(f"{document}, page {page}" for document, page in result.cited)
        verdicts = {str(verdict): count for verdict, count in result.verdicts.items()}
        return QuestionTrace(question, None, result.scores, cited, result.refused, verdicts, result.ms)


def read_kept_run(path: Path) -> KeptRun:
    """Raises UsageError when the file is a run of no kind."""
    try:
        return KeptRetrievalRun(path, read_retrieval_run(path))
    except UsageError:
        return KeptAnswerRun(path, read_answer_run(path))


def _told(
    path: Path, kind: RunKind, run: RunHead, *, system: str, questions: int, figures: Mapping[str, float]
) -> EvalRun:
    return EvalRun(
        name=path.name.removesuffix(RUN_SUFFIX),
        kind=kind,
        dataset=run.dataset,
        created_at=datetime.fromisoformat(run.created_at),
        system=system,
        fingerprint=run.settings_fingerprint,
        questions=questions,
        figures=figures,
        has_report=report_of(path).is_file(),
    )


def report_of(path: Path) -> Path:
    """Where the page of a run's file stands."""
    return path.with_suffix(".html")


def _no_question(question: str, path: Path) -> NotFoundError:
    return NotFoundError(f"There is no question {question!r} in {path.name}. Compare the runs again.")
