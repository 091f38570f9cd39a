"""Ablations name their changes and are not repeated; an unchecked draft cites the passages it names."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.progress import Progress

from evals.answers.ablations import ablate, change_of, read_ablations, table
from evals.answers.runs import AnswerRun, answer_settings
from evals.answers.summary import Figure
from evals.answers.types import AnswerDataset
from evals.research.checking import unchecked
from evals.runs import write_run
from ragapp.answering.answerer import Answerer
from ragapp.answering.generator_chain import GeneratorChain
from ragapp.errors import UsageError
from ragapp.settings import Settings
from ragapp.types import Answer
from tests.unit.answering.hits import page_at, searched, span_of

SETTINGS = Settings(generator="extractive")


def run_under(settings: Settings) -> AnswerRun:
    return AnswerRun(
        dataset="tides",
        dataset_sha256="0" * 64,
        generator="extractive",
        model="extractive",
        prompt_version=None,
        settings=answer_settings(settings),
        settings_fingerprint="",
        embedder="",
        recipe="",
        code="",
        created_at="",
        failures=(),
        figures={"f1": Figure(0.5, 0.25, 0.75, 4)},
        verdicts={},
        latency_ms={},
        questions={},
    )


def test_a_run_is_named_by_its_differences_from_the_defaults() -> None:
    assert change_of(answer_settings(SETTINGS)) == {}
    changed = SETTINGS.model_copy(update={"fusion": "ranks", "support_model": ""})
    assert change_of(answer_settings(changed)) == {"fusion": "ranks", "support_model": ""}


def test_the_table_has_the_settings_as_they_are_first(tmp_path: Path) -> None:
    changed = SETTINGS.model_copy(update={"support_model": ""})
    write_run(tmp_path / "a.json.gz", run_under(changed))
    write_run(tmp_path / "b.json.gz", run_under(SETTINGS))
    first, second = table(read_ablations(tmp_path)).splitlines()[2:]
    assert "| as set |" in first
    assert "| support_model none |" in second
    assert "0.50 (0.25–0.75)" in first


def test_earlier_runs_are_reused(tmp_path: Path) -> None:
    dataset = AnswerDataset("tides", (), (), "0" * 64, "0" * 64)
    stored = run_under(SETTINGS)
    write_run(tmp_path / "tides.0.as-set.json.gz", stored)
    with Progress(disable=True) as progress:
        runs = list(ablate([dataset], [{}], SETTINGS, folder=tmp_path, limit=None, progress=progress))
    assert runs == [stored]


@pytest.mark.parametrize(
    ("sha256", "settings"), [("1" * 64, SETTINGS), ("0" * 64, SETTINGS.model_copy(update={"candidates": 7}))]
)
def test_a_run_of_another_dataset_or_other_settings_is_rejected(
    tmp_path: Path, sha256: str, settings: Settings
) -> None:
    write_run(tmp_path / "tides.0.as-set.json.gz", run_under(SETTINGS))
    dataset = AnswerDataset("tides", (), (), sha256, sha256)
    with Progress(disable=True) as progress, pytest.raises(UsageError, match="different dataset"):
        list(ablate([dataset], [{}], settings, folder=tmp_path, limit=None, progress=progress))


def served() -> Answer:
    texts = ("The moon raises the tides twice a day. Ships wait.", "Yeast makes dough rise.")
    answerer = Answerer(GeneratorChain([]), page_at=page_at, span_of=span_of)
    *_, last = answerer.answer(searched("What raises the tides?", texts))
    assert last.answer is not None
    return last.answer


def test_an_unchecked_draft_is_unchanged_and_cites_whole_passages() -> None:
    answer = unchecked(served(), "Whales raise the tides [2]. So it is said [9].", page_at)
    assert [sentence.text for sentence in answer.sentences] == ["Whales raise the tides.", "So it is said."]
    assert [citation.quote for citation in answer.citations] == ["Yeast makes dough rise."]


def test_an_unchecked_denial_is_a_refusal() -> None:
    assert unchecked(served(), "The documents do not say.", page_at).refused
