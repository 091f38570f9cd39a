"""The gate over the sample in the repository: a worse setting closes it, one that changes nothing does not.

When something is meant to change what is found, look at what `ragapp eval` says, then make the baseline anew:

    ragapp eval retrieval evals/data/scifact-mini --run-file evals/run_files/scifact-mini.retrieval.json
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import Result
from rich.progress import Progress
from typer.testing import CliRunner

import evals.data
from evals.cli import app
from evals.datasets.beir import load_beir
from evals.datasets.sampling import sample_queries
from evals.retrieval.corpus import open_corpus
from evals.retrieval.evaluate import evaluate_retrieval
from evals.retrieval.runs import read_retrieval_run
from evals.statistics.gate import CLOSED, judge_run
from ragapp.settings import Settings

SAMPLE = Path(evals.data.__file__).parent / "scifact-mini"
BASELINE = SAMPLE.parent.parent / "run_files" / "scifact-mini.retrieval.json"


pytestmark = pytest.mark.timeout(900)  # two of them embed the sample, on a busy machine too


def gated(folder: Path, *options: str) -> Result:
    command = ["retrieval", str(SAMPLE), "--data-dir", str(folder), "--baseline", str(BASELINE), "--gate"]
    return CliRunner().invoke(app, [*command, *options])


def test_the_same_settings_pass(eval_data_dir: Path) -> None:
    done = gated(eval_data_dir)
    assert done.exit_code == 0, done.output
    assert "LOST" not in done.stdout


def test_no_change_passes_twenty_times_in_twenty(eval_data_dir: Path) -> None:
    settings, dataset = Settings(data_dir=eval_data_dir), load_beir(SAMPLE)
    before = {"nDCG@10": read_retrieval_run(BASELINE).values()}
    with Progress(disable=True) as progress, open_corpus(dataset, settings, progress) as corpus:
        for seed in range(20):
            drawn = sample_queries(dataset, 30, seed)
            run = evaluate_retrieval(drawn, corpus, settings, progress, only="hybrid").run
            assert not judge_run({"nDCG@10": run.values()}, before)[0].lost, seed


def test_words_alone_close_it(eval_data_dir: Path) -> None:
    done = gated(eval_data_dir, "--mode", "words")
    assert done.exit_code == CLOSED
    assert re.search(r"nDCG@10 .* LOST", done.stdout)


def test_chunks_of_sixteen_tokens_close_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAGAPP_CHUNK_TOKENS", "16")
    done = gated(tmp_path)
    assert done.exit_code == CLOSED
    assert re.search(r"nDCG@10 .* LOST", done.stdout)
