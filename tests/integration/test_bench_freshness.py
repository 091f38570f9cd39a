"""`ragapp bench freshness`: another process finds every document, and the delay is reported."""

from __future__ import annotations

from pathlib import Path

from evals.bench.freshness import measure
from tests.serving import settings_in


def test_every_document_is_seen_by_words_and_by_vector(tmp_path: Path) -> None:
    found = measure(settings_in(tmp_path), documents=4)
    assert found.documents == 4
    assert found.searches >= 2
    for leg in (found.words, found.dense):
        assert 0 <= leg.p50 <= leg.p95 <= leg.p99
    assert list(tmp_path.iterdir()) == [], "it has a folder of its own, deleted afterwards"
