"""`ragapp eval answers` and `ragapp eval citations`, over the sample in the repository."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

import evals.data
from evals.answers.runs import read_answer_run
from evals.cli import app
from evals.runs import write_run
from evals.statistics.gate import CLOSED
from ragapp.errors import UsageError

SAMPLE = Path(evals.data.__file__).parent / "xquad-mini"
PROMISED = {"questions", "exact_match", "f1", "answer_recall", "refusal", "citation"}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


def run(data_dir: Path, command: str, *options: str) -> Result:
    return CliRunner().invoke(app, [command, str(SAMPLE), "--data-dir", str(data_dir), *options])


def printed(done: Result) -> Any:
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def first(data_dir: Path) -> Any:
    """A third of the 72 questions: each costs half a second."""
    return printed(run(data_dir, "answers", "--json", "--limit", "24"))


def test_json_has_the_promised_shape(first: Any) -> None:
    assert first.keys() >= PROMISED
    assert first["refusal"].keys() >= {"precision", "recall", "f1"}
    assert first["citation"].keys() >= {"precision", "recall", "verbatim", "span_recall"}
    assert (first["dataset"], first["questions"]) == ("xquad-mini", 24)
    assert 0 < first["unanswerable"] < 24
    assert sum(first["verdicts"].values()) == pytest.approx(1.0)
    low, high = first["intervals"]["answer_recall"]
    assert low <= first["answer_recall"] <= high


def test_the_run_file_holds_every_question(first: Any) -> None:
    stored = read_answer_run(Path(first["run_file"]))
    assert len(stored.questions) == 24
    assert stored.settings_fingerprint == first["settings_fingerprint"]
    assert stored.figures["refusal_f1"].value == first["refusal"]["f1"]


def test_citations_shows_other_figures_of_the_same_run(first: Any, data_dir: Path) -> None:
    done = run(data_dir, "citations", "--worst", "1", "--limit", "8")
    assert "span_recall" in done.stdout
    assert "exact_match" not in done.stdout
    assert "gold:" in done.stdout


def test_limit_asks_fewer_questions(first: Any, data_dir: Path) -> None:
    fewer = printed(run(data_dir, "answers", "--limit", "5", "--json"))
    assert (fewer["questions"], fewer["dataset_sha256"]) == (5, first["dataset_sha256"])


def test_the_gate_lets_the_same_through_and_stops_a_loss(first: Any, data_dir: Path) -> None:
    few = ("--limit", "16")
    same = run(data_dir, "answers", "--baseline", first["run_file"], "--gate", "--json", *few)
    assert printed(same)["gate"]
    lost = run(data_dir, "answers", "--baseline", str(better_than(first, data_dir)), "--gate", *few)
    assert lost.exit_code == CLOSED
    assert "LOST" in lost.stdout


def better_than(first: Any, folder: Path) -> Path:
    """A run file in which every answer has every word of its gold answer twice over."""
    stored = read_answer_run(Path(first["run_file"]))
    questions = {
        name: replace(one, scores={metric: value + 1 for metric, value in one.scores.items()})
        for name, one in stored.questions.items()
    }
    path = folder / "better.json.gz"
    write_run(path, replace(stored, questions=questions))
    return path


def test_a_gate_needs_a_baseline(data_dir: Path) -> None:
    assert isinstance(run(data_dir, "answers", "--gate").exception, UsageError)
