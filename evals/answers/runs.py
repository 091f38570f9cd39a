"""The run file of an answer evaluation: what was found, with everything needed to compare it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evals.answers.judging import Agreement
from evals.answers.summary import Figure
from evals.answers.types import QuestionResult
from evals.runs import SettingValue, read_run
from ragapp.settings import AnswerSettings, Settings
from ragapp.types import Verdict

COUNTED = set(AnswerSettings.model_fields) - {"generator", "openai_base_url"}
"""The generator has a field of its own, and where a model is served changes nothing that it writes."""


@dataclass(frozen=True, slots=True)
class AnswerRun:
    """One evaluation of answers. When an extractive run is repeated, only `created_at` and times differ.

    `prompt_version` is None when no model was asked.
    """

    dataset: str
    dataset_sha256: str
    generator: str
    model: str
    prompt_version: str | None
    settings: Mapping[str, SettingValue]
    settings_fingerprint: str
    embedder: str
    recipe: str
    code: str
    created_at: str
    failures: tuple[str, ...]
    """Documents that could not be ingested, each with its reason."""
    figures: Mapping[str, Figure]
    verdicts: Mapping[Verdict, float]
    latency_ms: Mapping[str, float]
    questions: Mapping[str, QuestionResult]
    judge: Agreement | None = None
    """The judge model and how far it agrees with the verifier; None when none is set."""


def answer_settings(settings: Settings) -> dict[str, SettingValue]:
    """The settings that can change what is answered, beside the generator."""
    values: dict[str, SettingValue] = settings.model_dump(mode="json", include=COUNTED)
    return values


def read_answer_run(path: Path) -> AnswerRun:
    """Raises UsageError when the file is not there or no run of answers."""
    return read_run(path, AnswerRun, "ragapp eval answers")
