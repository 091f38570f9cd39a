"""A sweep tries each combination once, resumes after an interruption, and reports the Pareto front."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from evals.sweep.front import rows
from evals.sweep.plan import Plan, read_plan
from evals.sweep.results import read_trials, run_plan
from evals.sweep.table import markdown
from evals.sweep.trial import Measured
from ragapp.errors import UsageError
from ragapp.settings import Settings

SETTINGS = Settings(generator="extractive")


def plan(folder: Path, text: str) -> Plan:
    file = folder / "sweep.toml"
    file.write_text(text)
    return read_plan(file, SETTINGS)


def test_a_grid_has_every_combination_once(tmp_path: Path) -> None:
    made = plan(
        tmp_path,
        '[grid]\nchunk_tokens = [64, 240]\nfusion = ["scores", "ranks"]\n'
        '[alone]\nfusion = ["ranks"]\ncandidates = [10]',
    )
    assert made.changes[0] == {}
    assert sorted(map(str, made.changes[1:])) == sorted(
        map(
            str,
            [
                {"candidates": 10},
                {"fusion": "ranks"},
                {"chunk_tokens": 64, "fusion": "ranks"},
                {"chunk_tokens": 64},
            ],
        )
    )


def test_each_ingest_is_needed_once(tmp_path: Path) -> None:
    made = plan(tmp_path, '[grid]\nfusion = ["scores", "ranks"]\nchunk_tokens = [64, 120, 240]')
    sizes = [change.get("chunk_tokens", 240) for change in made.changes]
    assert [size for at, size in enumerate(sizes) if at == 0 or sizes[at - 1] != size] == [240, 120, 64]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[grid]\nchunk_size = [1]", "unknown setting 'chunk_size'"),
        ("[grid]\nchunk_tokens = [1]", "chunk_tokens"),
        ("[grids]", "grids"),
        ("[grid", "not valid TOML"),
    ],
)
def test_a_wrong_plan_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        plan(tmp_path, text)


def measured(values: Mapping[str, float], ms: float = 10.0, mib: float = 100.0) -> Measured:
    return Measured("nDCG@10", values, "0" * 64, p50_ms=50.0, memory_mib=mib, cpu_ms=ms)


def test_finished_trials_are_not_repeated(tmp_path: Path) -> None:
    made = plan(tmp_path, '[grid]\nfusion = ["scores", "ranks"]')
    asked: list[str] = []

    def measure(path: Path, limit: int | None, settings: Settings) -> Measured:
        asked.append(f"{path.name} {settings.fusion}")
        if len(asked) == 3:
            raise KeyboardInterrupt
        return measured({"q": 0.5})

    def go() -> list[bool]:
        sets = [tmp_path / "a", tmp_path / "b"]
        tried = run_plan(made, sets, tmp_path / "out.jsonl", limit=5, settings=SETTINGS, measure=measure)
        return [known for _, known in tried]

    with pytest.raises(KeyboardInterrupt):
        go()
    assert go() == [True, True, False, False]
    assert asked == ["a scores", "b scores", "a ranks", "a ranks", "b ranks"]
    assert len(read_trials(tmp_path / "out.jsonl")) == 4


def test_datasets_with_the_same_name_are_rejected(tmp_path: Path) -> None:
    sets = [tmp_path / "mine" / "test", tmp_path / "yours" / "test"]
    with pytest.raises(UsageError, match="same name"):
        next(
            run_plan(
                Plan(({},)),
                sets,
                tmp_path / "out.jsonl",
                limit=None,
                settings=SETTINGS,
                measure=lambda *_: measured({"q": 0.5}),
            )
        )


def test_the_front_has_the_combinations_that_nothing_dominates(tmp_path: Path) -> None:
    made = plan(tmp_path, "[alone]\ncandidates = [10, 30, 300]")
    found = {
        100: measured({"q": 0.5, "r": 0.5}, ms=10),
        10: measured({"q": 0.4, "r": 0.5}, ms=5),
        30: measured({"q": 0.4, "r": 0.5}, ms=20),
        300: measured({"q": 0.6, "r": 0.5}, ms=30),
    }
    trials = [
        trial
        for trial, _ in run_plan(
            made,
            [tmp_path / "a"],
            tmp_path / "out.jsonl",
            limit=None,
            settings=SETTINGS,
            measure=lambda path, limit, settings: found[settings.candidates],
        )
    ]
    made_rows = rows(trials)
    assert [row.change for row in made_rows][:2] == ["as set", "candidates 300"]
    assert {row.change for row in made_rows if row.on_front} == {"as set", "candidates 10", "candidates 300"}
    assert "| candidates 10 |" in markdown(made_rows)
