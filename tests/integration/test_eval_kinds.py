"""Answer evaluations over questions as people ask them: first sentences, near misses, siblings."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from evals.answers.printing import as_text
from evals.answers.runs import read_answer_run
from evals.answers.summary import SHOWN
from evals.cli import app
from evals.runs import gate_run

DOCUMENT = """# Pumps

| Pump | Litres | Colour |
| --- | --- | --- |
| QX-20 | 31 | red |
| QX-30 | 47 | blue |

The workshop in Ostrava opened in 1998.
"""
QUESTIONS: Sequence[dict[str, object]] = (
    {
        "id": "a",
        "kind": "table",
        "question": "How many litres does QX-20 deliver?",
        "key": r"\b31\b",
        "not": ["47"],
    },
    {"id": "b", "kind": "date", "question": "When did the workshop in Ostrava open?", "first": "1998"},
    {"id": "c", "kind": "near miss", "question": "How many litres does QX-90 deliver?", "not": ["31", "47"]},
)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("pumps")
    (folder / "docs").mkdir()
    (folder / "docs" / "pumps.md").write_text(DOCUMENT)
    rows = [{"answerable": one["kind"] != "near miss"} | one for one in QUESTIONS]
    (folder / "questions.json").write_text(json.dumps(rows))
    data_dir = folder / "data"
    done = CliRunner().invoke(app, ["answers", str(folder), "--data-dir", str(data_dir), "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_what_is_there_is_answered_first_and_a_near_miss_is_refused(asked: Any) -> None:
    assert (asked["answer_recall"], asked["first_sentence_recall"], asked["without_sibling"]) == (
        1.0,
        1.0,
        1.0,
    )
    assert asked["refusal"]["near_misses"] == 1.0


def test_each_kind_is_counted_and_shown(asked: Any) -> None:
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(as_text(read_answer_run(Path(asked["run_file"])), SHOWN))
    shown = console.export_text()
    counts = {one["kind"]: one for one in asked["kinds"]}
    assert counts.keys() == {"table", "date", "near miss"}
    assert (counts["table"]["in_first_sentence"], counts["near miss"]["refused_rightly"]) == (1, 1)
    assert "sibling shown" in shown
    assert "near miss" in shown


def test_a_near_miss_that_is_answered_counts_against_the_run(asked: Any) -> None:
    run = read_answer_run(Path(asked["run_file"]))
    metrics = {one.metric for one in gate_run(run, run)}
    assert metrics >= {"first_sentence_recall", "near_miss_refused", "without_sibling"}
