"""`ragapp eval retrieval` over a dataset with evidence spans."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

import evals.data
from evals.cli import app

SAMPLE = Path(evals.data.__file__).parent / "chunking-mini"
METRICS = {"word IoU@5", "word recall@5", "word precision@5", "word recall@800 words"}


def test_spans_are_scored_by_words_and_lost_by_stages(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    options = ["--data-dir", str(tmp_path), "--limit", "20", "--json", "--report", str(page)]
    done = CliRunner().invoke(app, ["retrieval", str(SAMPLE), *options])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["metrics"].keys() == METRICS
    assert found["queries"] == 20
    assert found["metrics"]["word recall@5"] > found["metrics"]["word IoU@5"] > 0
    stages = found["stages"]
    assert stages["relevant"] == stages["parsed"] == stages["chunked"] >= 20
    assert stages["relevant"] - sum(found["lost"].values()) == stages["fused"]
    assert "word recall@800 words by mode" in page.read_text()
