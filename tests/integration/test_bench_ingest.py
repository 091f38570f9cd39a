"""`ragapp bench ingest`: its figures mean what they say."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from evals.bench.ingest import measure_langchain, measure_ours
from evals.bench.machine import ENCODERS, matrix_speed
from ragapp.errors import UsageError
from tests.serving import settings_in


def test_a_run_is_measured_from_start_to_end(tmp_path: Path) -> None:
    file = tmp_path / "tides.md"
    file.write_text("# Tides\n\nThe tide turns at noon.\n\n# Herons\n\nHerons fish at dusk.")
    speed = measure_ours([file], settings_in(tmp_path / "data"), jobs=1)
    assert (speed.documents, speed.pages, speed.chunks) == (1, 1, 2)
    assert speed.searchable_seconds is not None
    assert 0 < speed.searchable_seconds <= speed.total_seconds
    assert set(speed.stage_seconds) == {"parse", "chunk", "embed", "store"}
    assert sum(speed.stage_seconds.values()) <= speed.total_seconds, (
        "one worker has no more time than the clock"
    )
    assert speed.embedding is not None
    assert speed.embedding.tokens_a_second > 0
    assert set(asdict(speed)["stage_seconds"]) == set(speed.stage_seconds), "as --json prints it"


def test_a_file_that_cannot_be_read_ends_the_measurement(tmp_path: Path) -> None:
    file = tmp_path / "empty.md"
    file.write_text("")
    with pytest.raises(UsageError, match="cannot be read"):
        measure_ours([file], settings_in(tmp_path / "data"), jobs=1)


def test_a_missing_peer_is_reported_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"ragapp\[bench\]"):
        measure_langchain([], tmp_path, "false")


def test_the_arithmetic_of_an_encoder() -> None:
    mini, bge = ENCODERS["all-MiniLM-L6-v2"], ENCODERS["bge-small-en-v1.5"]
    assert mini.flops(256) == pytest.approx(6.0e9, rel=0.02)
    assert bge.flops(100) == 2 * mini.flops(100)
    assert matrix_speed(0.05) > 0
