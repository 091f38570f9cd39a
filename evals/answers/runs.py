"""The run file of an answer evaluation: what was found, with everything needed to compare it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evals.answers.judging import Agreement
from evals.answers.summary import Figure
from evals.answers.types import QuestionResult
from evals.runs import IngestedRun, ScoresByMetric, SettingValue, read_run
from ragapp.settings import AnswerSettings, Settings
from ragapp.types import Verdict

COUNTED = set(AnswerSettings.model_fields) - {"generator", "openai_base_url"}
"""The generator has a field of its own, and where a model is served changes nothing that it writes."""


COMPARED = (
    *("answer_recall", "token_recall", "refusal_right"),
    *("citation_precision", "citation_recall", "verbatim"),
    *("document_recall", "page_recall", "span_recall"),
)
"""The metrics that two runs are compared by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRun(IngestedRun):
    """One evaluation of answers. When an extractive run is repeated, only `created_at` and times differ.

    `prompt_version` is None when no model was asked.
    """

    generator: str
    model: str
    prompt_version: str | None
    figures: Mapping[str, Figure]
    verdicts: Mapping[Verdict, float]
    questions: Mapping[str, QuestionResult]
    judge: Agreement | None = None
    """The judge model and how far it agrees with the verifier; None when none is set."""

    def scores(self) -> ScoresByMetric:
        found = {
            metric: {name: one.scores[metric] for name, one in self.questions.items() if metric in one.scores}
            for metric in COMPARED
        }
        return {metric: by_question for metric, by_question in found.items() if by_question}


def answer_settings(settings: Settings) -> dict[str, SettingValue]:
    """The settings that can change what is answered, beside the generator."""
    values: dict[str, SettingValue] = settings.model_dump(mode="json", include=COUNTED)
    return values


def read_answer_run(path: Path) -> AnswerRun:
    """Raises UsageError when the file is not there or no run of answers."""
    return read_run(path, AnswerRun, "ragapp eval answers")
