"""The gate over a sample in the repository: answers are no worse than in the run file.

When something is meant to change them: look at what `ragapp eval` says, then make the run file anew.

    ragapp eval answers evals/data/xquad-mini --run-file evals/run_files/xquad-mini.extractive.json.gz
"""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.progress import Progress

import evals.data
from evals.answers.corpus import open_answer_corpus
from evals.answers.evaluate import evaluate_answers
from evals.answers.runs import AnswerRun, read_answer_run
from evals.datasets.answering import load_answer_dataset
from evals.runs import gate_run
from evals.statistics.gate import GateResult
from ragapp.settings import Settings

SAMPLES = Path(evals.data.__file__).parent
ANSWERS = SAMPLES.parent / "run_files" / "xquad-mini.extractive.json.gz"


def asked(folder: Path, **changed: int) -> AnswerRun:
    settings = Settings(data_dir=folder, generator="extractive", **changed)
    dataset = load_answer_dataset(SAMPLES / "xquad-mini")
    with Progress(disable=True) as progress, open_answer_corpus(dataset, settings, progress) as library:
        return evaluate_answers(dataset, library, settings, progress)[0]


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
    again = asked(tmp_path)
    assert again.settings_fingerprint == answered.settings_fingerprint
    assert again.figures == answered.figures


def test_much_smaller_chunks_close_the_gate(tmp_path: Path) -> None:
    assert lost(gate_run(asked(tmp_path, chunk_tokens=16), read_answer_run(ANSWERS)))
