"""The gate over the sample in the repository: a worse setting closes it, one that changes nothing does not.

When something is meant to change what is found, look at what `ragapp eval` says, then make the baseline anew:

    ragapp eval retrieval evals/data/scifact-mini --run-file evals/run_files/scifact-mini.retrieval.json
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

import evals.data
from evals.cli import app
from evals.datasets.sampling import draw
from evals.retrieval.runs import read_retrieval_run
from evals.statistics.gate import CLOSED, judge_run

SAMPLE = Path(evals.data.__file__).parent / "scifact-mini"
BASELINE = SAMPLE.parent.parent / "run_files" / "scifact-mini.retrieval.json"


pytestmark = pytest.mark.timeout(1800)  # the first embeds the sample, on a busy machine too


def gated(folder: Path, *options: str) -> Result:
    command = ["retrieval", str(SAMPLE), "--data-dir", str(folder), "--baseline", str(BASELINE), "--gate"]
    return CliRunner().invoke(app, [*command, *options])


@pytest.fixture(scope="module")
def unchanged(eval_data_dir: Path) -> Result:
    return gated(eval_data_dir, "--run-file", str(eval_data_dir / "unchanged.json"))


def test_the_same_settings_pass(unchanged: Result) -> None:
    assert unchanged.exit_code == 0, unchanged.output
    assert "LOST" not in unchanged.stdout


def test_no_change_passes_twenty_times_in_twenty(unchanged: Result, eval_data_dir: Path) -> None:
    before = {"nDCG@10": read_retrieval_run(BASELINE).values()}
    now = read_retrieval_run(eval_data_dir / "unchanged.json").values()
    for seed in range(20):
        drawn = draw(now, 30, seed)
        assert not judge_run({"nDCG@10": {query: now[query] for query in drawn}}, before)[0].lost, seed


def test_words_alone_close_it(eval_data_dir: Path) -> None:
    done = gated(eval_data_dir, "--mode", "words")
    assert done.exit_code == CLOSED
    assert re.search(r"nDCG@10 .* LOST", done.stdout)


@pytest.mark.soak  # embeds the sample in so many chunks
def test_chunks_of_sixteen_tokens_close_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAGAPP_CHUNK_TOKENS", "16")
    done = gated(tmp_path)
    assert done.exit_code == CLOSED
    assert re.search(r"nDCG@10 .* LOST", done.stdout)
