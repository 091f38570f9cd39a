"""Run files record everything that is needed to compare them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals import runs
from evals.retrieval.runs import (
    RETRIEVAL_SETTINGS,
    ModeResult,
    QueryResult,
    RetrievalRun,
    retrieval_settings,
)
from evals.retrieval.trec import write_trec
from ragapp.errors import UsageError
from ragapp.settings import Settings


def settings_fingerprint(settings: Settings) -> str:
    return runs.fingerprint(retrieval_settings(settings))


@pytest.mark.parametrize(
    "change", [{"chunk_tokens": 16}, {"candidates": 7}, {"fusion": "ranks"}, {"embedder": "all-MiniLM-L6-v2"}]
)
def test_settings_that_change_search_change_the_fingerprint(change: dict[str, object]) -> None:
    settings = Settings()
    assert settings_fingerprint(settings.model_copy(update=change)) != settings_fingerprint(settings)


@pytest.mark.parametrize(
    "change", [{"data_dir": Path("/elsewhere")}, {"threads": 3}, {"database_url": "sqlite:///other.db"}]
)
def test_paths_and_threads_do_not(change: dict[str, object]) -> None:
    settings = Settings()
    assert settings_fingerprint(settings.model_copy(update=change)) == settings_fingerprint(settings)


def test_the_recorded_settings_exist() -> None:
    assert retrieval_settings(Settings()).keys() == RETRIEVAL_SETTINGS <= Settings.model_fields.keys()


def test_passwords_do_not_reach_a_run_file() -> None:
    settings = Settings(database_url="postgresql://me:secret@example/db", redis_url="redis://:secret@example")
    assert "secret" not in json.dumps(retrieval_settings(settings))


def test_a_fingerprint_distinguishes_values() -> None:
    assert runs.fingerprint("a", "bc") != runs.fingerprint("ab", "c")
    assert runs.fingerprint({"x": 1, "y": 2}) == runs.fingerprint({"y": 2, "x": 1})


def a_run() -> RetrievalRun:
    result = ModeResult(metrics={"nDCG@10": 0.5}, queries={"q/1": QueryResult({"nDCG@10": 0.5}, ("d ü",))})
    return RetrievalRun(
        dataset="mini",
        split="test",
        dataset_sha256="0" * 64,
        documents=1,
        chunks=1,
        failures=(),
        settings={"chunk_tokens": 240},
        settings_fingerprint="0123456789abcdef",
        embedder="bge",
        recipe="1",
        code="0.1.0",
        created_at="2026-11-22T10:00:00+00:00",
        latency_ms={"p50": 1.0, "p95": 2.0},
        modes={"hybrid": result},
        comparisons={},
    )


def test_a_run_file_is_json_with_each_querys_result(tmp_path: Path) -> None:
    path = runs.default_run_file(tmp_path, a_run(), "test")
    runs.write_run(path, a_run())
    written = json.loads(path.read_text(encoding="utf-8"))
    assert written["modes"]["hybrid"]["queries"] == {
        "q/1": {"scores": {"nDCG@10": 0.5}, "documents": ["d ü"]}
    }
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_an_unwritable_path_is_reported(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(UsageError, match="taken"):
        runs.write_run(tmp_path / "taken" / "run.json", a_run())


@pytest.mark.parametrize(("query", "document"), [("q 1", "d"), ("q", "d\t1"), ("q", "")])
def test_trec_files_reject_ids_with_spaces(tmp_path: Path, query: str, document: str) -> None:
    with pytest.raises(UsageError, match="--trec"):
        write_trec(tmp_path / "a.run", {query: ((document, 1.0),)}, tag="ragapp")
