"""`ragapp eval retrieval` over the real ingest, embedder and search."""

from __future__ import annotations

import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import pytrec_eval

import evals.data
from evals.datasets.beir import load_beir
from tests.commands import ragapp

SAMPLE = Path(evals.data.__file__).parent / "scifact-mini"
METRICS = {"nDCG@10", "Recall@10", "Recall@100", "MRR@10", "MAP@100", "P@10"}
PROMISED = {
    "dataset",
    "documents",
    "chunks",
    "queries",
    "metrics",
    "by_mode",
    "latency_ms",
    "run_file",
    "settings_fingerprint",
}


def run(dataset: Path, data_dir: Path, *options: str) -> CompletedProcess[str]:
    return ragapp("eval", "retrieval", str(dataset), "--data-dir", str(data_dir), *options)


def scores(dataset: Path, data_dir: Path, *options: str) -> Any:
    done = run(dataset, data_dir, "--json", *options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


pytestmark = pytest.mark.timeout(1800)  # the first one embeds the sample, on a busy machine too


@pytest.fixture(scope="module")
def data_dir(eval_data_dir: Path) -> Path:
    return eval_data_dir


@pytest.fixture(scope="module")
def first(data_dir: Path) -> Any:
    return scores(SAMPLE, data_dir, "--trec-out", str(data_dir / "trec"))


def test_json_has_the_promised_shape(first: Any) -> None:
    assert first.keys() >= PROMISED
    assert first["dataset"] == "scifact-mini"
    assert (first["documents"], first["queries"]) == (320, 160)
    assert first["chunks"] >= 320
    assert first["by_mode"].keys() == {"dense", "words", "hybrid"}
    assert all(values.keys() == METRICS for values in first["by_mode"].values())
    assert first["metrics"] == first["by_mode"]["hybrid"]
    assert 0 < first["latency_ms"]["p50"] <= first["latency_ms"]["p95"]


def test_search_is_as_good_as_it_was(first: Any) -> None:
    floor = {"dense": 0.86, "words": 0.8, "hybrid": 0.87}
    reached = {mode: values["nDCG@10"] for mode, values in first["by_mode"].items()}
    assert all(reached[mode] >= floor[mode] for mode in floor), reached


def test_run_file_and_trec_files_hold_the_same_scores(first: Any, data_dir: Path) -> None:
    written = json.loads(Path(first["run_file"]).read_text(encoding="utf-8"))
    qrels = {query: dict(grades) for query, grades in load_beir(SAMPLE).qrels.items()}
    trec_eval = pytrec_eval.RelevanceEvaluator(qrels, ["ndcg_cut_10"])
    for mode in first["by_mode"]:
        with (data_dir / "trec" / f"scifact-mini.train.{mode}.run").open() as lines:
            judged = trec_eval.evaluate(pytrec_eval.parse_run(lines))
        for query, result in written["modes"][mode]["queries"].items():
            assert result["scores"]["nDCG@10"] == pytest.approx(judged[query]["ndcg_cut_10"])


def test_losses_by_stage_add_up(first: Any) -> None:
    stages = first["stages"]
    assert stages["relevant"] - sum(first["lost"].values()) == stages["fused"] > 0
    assert stages["candidates"] >= max(stages["dense"], stages["words"])


def test_a_run_file_of_another_program_is_scored(first: Any, data_dir: Path) -> None:
    file = data_dir / "trec" / "scifact-mini.train.words.run"
    found = scores(SAMPLE, data_dir, "--run", str(file))
    assert (found["system"], found["metrics"]) == (file.stem, first["by_mode"]["words"])


def modes(report: Any) -> dict[str, dict[str, Any]]:
    """What the run file of a report says of each query, by mode."""
    written = json.loads(Path(report["run_file"]).read_text(encoding="utf-8"))
    return {mode: result["queries"] for mode, result in written["modes"].items()}


def test_a_second_run_ingests_nothing_and_scores_the_same(first: Any, data_dir: Path) -> None:
    database = next(data_dir.glob("evals/scifact-mini-*/ragapp.db"))
    before = database.stat().st_mtime_ns, database.with_name("ragapp.db-wal").exists()
    again = scores(SAMPLE, data_dir, "--limit", "20")
    assert again["run_file"] != first["run_file"]
    for mode, run in modes(again).items():
        assert len(run) == 20
        assert run.items() <= modes(first)[mode].items()
    assert (database.stat().st_mtime_ns, database.with_name("ragapp.db-wal").exists()) == before


def test_limit_asks_fewer_queries_of_the_whole_corpus(first: Any, data_dir: Path) -> None:
    fewer = scores(SAMPLE, data_dir, "--limit", "5")
    assert (fewer["queries"], fewer["documents"]) == (5, first["documents"])


def test_the_table_says_what_hybrid_gains(first: Any, data_dir: Path) -> None:
    done = run(SAMPLE, data_dir, "--limit", "10")
    assert done.returncode == 0, done.stderr
    assert "nDCG@10" in done.stdout
    assert "hybrid - words" in done.stdout
    assert first["settings_fingerprint"][:8] in done.stdout.replace("\n", "")


STRANGE_IDS = ["a/b c", "../up", "d.md", "d", "ü", "<b>", "x" * 300]


@pytest.fixture
def strange(tmp_path: Path) -> Path:
    """One document a strange id; each holds a word of its own that its query asks for."""
    words = ["aardvark", "balalaika", "cantilever", "dirigible", "estuary", "fandango", "glockenspiel"]
    folder = tmp_path / "strange"
    (folder / "qrels").mkdir(parents=True)
    pairs = list(zip(STRANGE_IDS, words, strict=True))
    corpus = [{"_id": id_, "title": word, "text": f"All about the {word}."} for id_, word in pairs]
    corpus.append({"_id": "empty", "title": "", "text": " "})
    queries = [{"_id": f"q {id_}", "text": word} for id_, word in pairs]
    judgements = [f"q {id_}\t{id_}\t1" for id_, _ in pairs]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, corpus)))
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)))
    (folder / "qrels" / "test.tsv").write_text(
        "\n".join(["query-id\tcorpus-id\tscore", *judgements]), encoding="utf-8"
    )
    return folder


def test_documents_found_are_named_by_their_corpus_ids(strange: Path, tmp_path: Path) -> None:
    found = scores(strange, tmp_path / "data")
    assert found["by_mode"]["words"]["nDCG@10"] == 1.0
    assert found["metrics"]["nDCG@10"] == 1.0


def test_few_candidates_still_give_a_full_ranking(
    strange: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAGAPP_CANDIDATES", "1")
    found = scores(strange, tmp_path / "data")
    assert found["by_mode"]["dense"]["Recall@100"] == 1.0
    assert found["metrics"]["Recall@100"] == 1.0


def test_documents_that_cannot_be_ingested_are_named(strange: Path, tmp_path: Path) -> None:
    with (strange / "corpus.jsonl").open("a") as corpus:
        corpus.write('\n{"_id": "broken", "text": "%PDF-1.7 and nothing more"}\n')
    done = run(strange, tmp_path / "data", "--json")
    assert done.returncode == 1
    assert "broken" in done.stderr
    assert json.loads(done.stdout)["failed"] == 1


def test_a_wrong_folder_is_a_usage_error(tmp_path: Path) -> None:
    done = run(tmp_path, tmp_path / "data")
    assert done.returncode == 2
    assert "BEIR" in done.stderr
    assert "Traceback" not in done.stderr
