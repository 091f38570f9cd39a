"""`ragapp eval answers` and `ragapp eval citations`: the same evaluation, with different metrics printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from markupsafe import Markup
from rich.console import RenderableType

from evals.answers.corpus import open_answer_corpus
from evals.answers.evaluate import AskedQuestion, evaluate_answers
from evals.answers.printing import AnswerSummary, as_text, summary, worst_cases, worst_rows
from evals.answers.runs import AnswerRun, read_answer_run
from evals.answers.summary import CITING, SHOWN
from evals.datasets.answering import load_answer_dataset, sample_questions
from evals.experiment import Experiment
from evals.report.answers import answers_page
from evals.statistics.gate import GateResult
from ragapp.settings import Settings
from ragapp.terminal.progress import Steps

REPORTED = 20
"""The number of worst answers that a report shows."""


@dataclass
class AnswerExperiment(Experiment[AnswerRun]):
    """Evaluates the generator on `limit` questions of the dataset, or all; also prints the
    `worst` answers.
    """

    dataset: Path
    generator: str
    limit: int | None
    seed: int
    figures: Literal["answers", "citations"] = "answers"
    worst: int = 0
    asked: list[AskedQuestion] = field(default_factory=list)

    kind = "answers"

    @classmethod
    def read(cls, path: Path) -> AnswerRun:
        return read_answer_run(path)

    def run(self, settings: Settings) -> AnswerRun:
        settings = settings.model_copy(update={"generator": self.generator})
        dataset = load_answer_dataset(self.dataset)
        asked = dataset if self.limit is None else sample_questions(dataset, self.limit, self.seed)
        with Steps() as progress, open_answer_corpus(dataset, settings, progress) as corpus:
            run, self.asked = evaluate_answers(asked, corpus, settings, progress)
        return run

    def failures(self, run: AnswerRun) -> Sequence[str]:
        return run.failures

    def summary(self, run: AnswerRun, path: Path, compared: Sequence[GateResult]) -> AnswerSummary:
        return summary(run, path, tuple(compared))

    def text(self, run: AnswerRun) -> Iterator[RenderableType]:
        yield as_text(run, SHOWN if self.figures == "answers" else CITING)
        yield worst_cases(self.asked, self.worst)

    def page(self, run: AnswerRun, baseline: AnswerRun | None) -> Markup:
        texts = {one.question.id: one.question.question for one in self.asked}
        return answers_page(run, baseline, texts, worst_rows(self.asked, REPORTED))
