"""The cache's gate over the pairs in the repository. When answers are meant to be served otherwise:

ragapp eval cache evals/data/cache-mini --run-file evals/run_files/cache-mini.json
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

import evals.data
from evals.cli import app
from evals.statistics.gate import CLOSED

SAMPLE = Path(evals.data.__file__).parent / "cache-mini"
BASELINE = SAMPLE.parent.parent / "run_files" / "cache-mini.json"


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def gated(data_dir: Path, *options: str) -> Result:
    command = ["cache", str(SAMPLE), "--data-dir", str(data_dir), "--baseline", str(BASELINE), "--gate"]
    return CliRunner().invoke(app, [*command, *options])


def test_the_same_settings_pass(data_dir: Path) -> None:
    done = gated(data_dir, "--report", str(data_dir / "page.html"))
    assert done.exit_code == 0, done.output
    assert "cosine and guards" in (data_dir / "page.html").read_text()


def test_a_threshold_that_serves_hardly_anything_closes_it(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAGAPP_CACHE_THRESHOLD", "0.995")
    done = gated(data_dir)
    assert done.exit_code == CLOSED
    assert re.search(r"hit where the same .* LOST", done.stdout)
