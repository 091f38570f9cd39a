"""The example of docs/extending.md is a package: built, installed, tested by its own tests, and used."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands import ragapp
from tests.docs.source import ROOT
from tests.packaging.library import pip

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
FILE = re.compile(r"<!-- example: (\S+) -->\n\n```\w+\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the page."""
    folder = tmp_path_factory.mktemp("example")
    for name, content in FILE.findall(PAGE):
        (folder / name).write_text(content, encoding="utf-8")
    assert len(list(folder.iterdir())) == 3
    return folder


@pytest.fixture(scope="module")
def installed(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages with the example in it."""
    target = tmp_path_factory.mktemp("installed") / "site-packages"
    pip("install", "--no-deps", "--target", target, example)
    return target


def test_its_own_tests_pass(example: Path, installed: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", example / "test_example.py"],
        cwd=example,
        env={**os.environ, "PYTHONPATH": f"{installed}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout


def test_it_is_used(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model_folder: Callable[[str], Path]
) -> None:
    model_folder("bge-small-en-v1.5")
    monkeypatch.syspath_prepend(str(installed))
    monkeypatch.setenv("RAGAPP_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("RAGAPP_RERANKER", "overlap")
    (tmp_path / "port.ini").write_text("[harbour]\nbuilt = 1862\n\n[tides]\nturn = noon\n")
    ingested = json.loads(ragapp("ingest", str(tmp_path / "port.ini"), "--json").stdout)
    assert ingested["documents"][0]["chunks"] == 2
    found = json.loads(ragapp("search", "harbour built", "--json").stdout)
    best = found["hits"][0]
    # The mean of the search's own score, 1 for the best, and the reranker's: the text has one word of two.
    assert (best["heading"], best["text"], best["score"]) == ("harbour", "built = 1862", 0.75)
    listed = json.loads(ragapp("plugins", "--json").stdout)
    assert [(row["kind"], row["name"], row["in_use"]) for row in listed] == [
        ("parsers", ".ini", True),
        ("rerankers", "overlap", True),
    ]
