"""The run file of an answer evaluation."""

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
"""The settings that are recorded. The generator has a separate field, and the address of its server does not
matter.
"""


COMPARED = (
    *("answer_recall", "first_sentence_recall", "token_recall", "refusal_right"),
    *("near_miss_refused", "without_sibling"),
    *("citation_precision", "citation_recall", "verbatim"),
    *("document_recall", "page_recall", "span_recall"),
)
"""The metrics by which two runs are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRun(IngestedRun):
    """An evaluation of answers. When an extractive run is repeated, only `created_at` and times differ.

    `prompt_version` is None if no model was called.
    """

    generator: str
    model: str
    prompt_version: str | None
    figures: Mapping[str, Figure]
    verdicts: Mapping[Verdict, float]
    questions: Mapping[str, QuestionResult]
    judge: Agreement | None = None
    """The agreement of the judge model with the groundedness check; None if no judge is set."""

    def scores(self) -> ScoresByMetric:
        found = {
            metric: {name: one.scores[metric] for name, one in self.questions.items() if metric in one.scores}
            for metric in COMPARED
        }
        return {metric: by_question for metric, by_question in found.items() if by_question}


def answer_settings(settings: Settings) -> dict[str, SettingValue]:
    """The settings, besides the generator, that can change answers."""
    values: dict[str, SettingValue] = settings.model_dump(mode="json", include=COUNTED)
    return values


def read_answer_run(path: Path) -> AnswerRun:
    """Reads a run file. Raises UsageError if it does not exist or is not an answer run."""
    return read_run(path, AnswerRun, "ragapp eval answers")
