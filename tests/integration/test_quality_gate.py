"""The gate over two samples in the repository: answers are no worse than in the run files.

When something is meant to change them: look at what `ragapp eval` says, then make the run files again.

    ragapp eval answers evals/data/xquad-mini --run-file evals/run_files/xquad-mini.extractive.json.gz
    ragapp eval answers evals/data/office-mini --run-file evals/run_files/office-mini.extractive.json.gz
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rich.progress import Progress

import evals.data
from evals.answers.corpus import open_answer_corpus
from evals.answers.evaluate import evaluate_answers
from evals.answers.runs import AnswerRun, read_answer_run
from evals.datasets.answering import load_answer_dataset, sample_questions
from evals.runs import gate_run
from evals.statistics.gate import GateResult
from ragapp.settings import Settings

SAMPLES = Path(evals.data.__file__).parent
ANSWERS, OFFICE = (
    SAMPLES.parent / "run_files" / f"{name}.extractive.json.gz" for name in ("xquad-mini", "office-mini")
)


def asked(folder: Path, sample: str = "xquad-mini", limit: int | None = None, **changed: int) -> AnswerRun:
    """All questions of the sample, or `limit` of them: each costs half a second."""
    settings = Settings(data_dir=folder, generator="extractive", **changed)
    dataset = load_answer_dataset(SAMPLES / sample)
    questions = dataset if limit is None else sample_questions(dataset, limit, seed=0)
    with Progress(disable=True) as progress, open_answer_corpus(dataset, settings, progress) as library:
        return evaluate_answers(questions, library, settings, progress)[0]


def lost(verdicts: tuple[GateResult, ...]) -> dict[str, float]:
    return {one.metric: one.comparison.difference for one in verdicts if one.lost}


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> AnswerRun:
    return asked(tmp_path_factory.mktemp("answers"))


def test_answers_are_no_worse(answered: AnswerRun) -> None:
    assert lost(gate_run(answered, read_answer_run(ANSWERS))) == {}


def test_every_citation_is_verbatim_and_supports_its_sentence(answered: AnswerRun) -> None:
    assert {answered.figures[name].value for name in ("verbatim", "citation_precision")} == {1.0}


def test_repeating_a_run_changes_nothing_but_times(answered: AnswerRun, tmp_path: Path) -> None:
    again = asked(tmp_path, limit=8)
    assert again.settings_fingerprint == answered.settings_fingerprint
    for name, one in again.questions.items():
        assert replace(one, ms=0.0, cpu_ms=0.0) == replace(answered.questions[name], ms=0.0, cpu_ms=0.0)


def test_much_smaller_chunks_close_the_gate(tmp_path: Path) -> None:
    assert lost(gate_run(asked(tmp_path, chunk_tokens=16), read_answer_run(ANSWERS)))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> AnswerRun:
    return asked(tmp_path_factory.mktemp("office"), "office-mini", limit=44)


def test_office_questions_and_near_misses_are_answered_no_worse(office: AnswerRun) -> None:
    before = read_answer_run(OFFICE)
    verdicts = gate_run(office, before)
    assert {"first_sentence_recall", "near_miss_refused", "without_sibling"} <= {v.metric for v in verdicts}
    assert lost(verdicts) == {}


def test_answering_near_misses_closes_the_gate(office: AnswerRun) -> None:
    """So few questions show a loss only when it is large: this is what a reader that never refuses does."""
    answered = {
        name: replace(one, scores={**one.scores, "near_miss_refused": 0.0})
        if "near_miss_refused" in one.scores
        else one
        for name, one in office.questions.items()
    }
    assert "near_miss_refused" in lost(gate_run(replace(office, questions=answered), read_answer_run(OFFICE)))
