"""A package of somebody else is built and installed, and each of its implementations answers a question."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ragapp.plugins import SEAMS
from tests.commands import ragapp
from tests.packaging.library import ROOT, pip

SETTINGS = {
    "RAGAPP_CHUNKER": "lines",
    "RAGAPP_EMBEDDER": "letters:128",
    "RAGAPP_RERANKER": "overlap",
    "RAGAPP_GENERATOR": "echo:Herons fish at dusk. [1]",
    "RAGAPP_INDEX": "memory",
    "RAGAPP_CACHE_STORE": "named:answers",
    "RAGAPP_SUPPORT_MODEL": "",
}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages with acme-rag in it, as pip installs it."""
    folder = tmp_path_factory.mktemp("acme")
    shutil.copytree(ROOT / "tests" / "data" / "acme-rag", folder / "source")
    pip("install", "--no-deps", "--target", folder / "site-packages", folder / "source")
    return folder / "site-packages"


@pytest.fixture
def data(package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder, with the package installed and chosen."""
    monkeypatch.syspath_prepend(str(package))
    monkeypatch.setenv("RAGAPP_DATA_DIR", str(tmp_path / "data"))
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    yield tmp_path / "data"
    for module in [name for name in sys.modules if name.partition(".")[0] == "acme_rag"]:
        del sys.modules[module]


def result(*command: str) -> Any:
    done = ragapp(*command, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_one_of_each_kind_is_used(data: Path) -> None:
    (document,) = result("ingest", "acme://birds")["documents"]  # source, parser, chunker, embedder
    assert (document["name"], document["status"], document["chunks"]) == ("herons.acme", "ready", 2)
    shown = result("collections", "list")
    assert shown[0]["embedder"] == "letters-128"
    found = result("search", "When do herons fish?")  # index, reranker
    assert [hit["text"] for hit in found["hits"]] == ["Herons fish at dusk.", "The tide turns at noon."]
    answer = result("ask", "When do herons fish?", "--mode", "generate")  # generator
    assert answer["answer"] == "Herons fish at dusk. [1]"
    assert answer["model"] == "echo of Herons fish at dusk. [1]"
    assert answer["citations"][0]["document_name"] == "herons.acme"
    again = result("ask", "When do herons fish?", "--mode", "generate")  # cache store
    assert (again["cache"]["status"], again["answer"]) == ("exact", answer["answer"])
    assert list((data / "answers").iterdir())
    assert not (data / "views").exists()
    assert result("doctor")["ok"]


@pytest.mark.usefixtures("data")
def test_each_is_listed_as_used() -> None:
    listed = result("plugins")
    assert {row["kind"] for row in listed} == set(SEAMS)
    assert all(row["in_use"] and row["problem"] is None for row in listed)
    assert not any(name.startswith("acme_rag") for name in sys.modules)


def test_its_own_tests_are_the_contract_suites(package: Path) -> None:
    """In a process of their own, as its authors run them, which takes some seconds."""
    source = package.parent / "source"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "few_examples", "contract.py"],
        cwd=source,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (package, source, ROOT)))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
