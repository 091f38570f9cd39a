"""ragapp-client needs httpx and pydantic, its retriever langchain-core, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from ragapp.client import RagappClient
from tests.packaging.library import ROOT, WITHOUT_NETWORK

BLOCKER = """
import sys
from importlib.machinery import PathFinder

class Blocker:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in {"ragapp", *sys.stdlib_module_names, *ALLOWED} or top.startswith("_sysconfigdata"):
            return None
        raise ModuleNotFoundError(f"No module named {name!r} is installed with the client", name=name)

ALLOWED = set(sys.argv[1].split(","))
sys.meta_path.insert(0, Blocker())
sys.path.insert(0, sys.argv[2])
"""
CLIENT = """
from ragapp.client import RagappClient
from ragapp.errors import NotFoundError, ServerUnavailable
from ragapp.types import AskQuery
"""
RETRIEVER = """
from ragapp.integrations.langchain import RagappRetriever, answer_chain
retriever = RagappRetriever(service=RagappClient(sys.argv[3]), collection="default", k=2)
print(*(document.page_content for document in retriever.invoke("When do herons fish?")))
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the wheel, built as `make dist` builds it."""
    folder = tmp_path_factory.mktemp("client")
    command = [sys.executable, ROOT / "distribution" / "client_wheel.py", folder]
    subprocess.run(command, env=os.environ | WITHOUT_NETWORK, check=True)
    (wheel,) = folder.glob("ragapp_client-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "files")
    return folder / "files"


def required(*names: str) -> Iterator[str]:
    """The top-level modules of these distributions and all that they require, extras apart."""
    waiting, seen = list(names), set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            found = distribution(name)
        except PackageNotFoundError:  # for another platform or version of Python
            continue
        yield from {
            file.parts[0].partition(".")[0]
            for file in found.files or ()
            if not file.parts[0].startswith("..")
        }
        wanted = map(Requirement, found.requires or ())
        waiting += [one.name for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]


def run(unpacked: Path, script: str, *packages: str, url: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BLOCKER + script, ",".join(required(*packages)), str(unpacked), url],
        cwd=unpacked,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_client_is_imported_where_only_its_requirements_are(unpacked: Path) -> None:
    done = run(unpacked, f"{CLIENT}\nimport ragapp; print(ragapp.__file__)", "httpx", "pydantic")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(unpacked / "ragapp" / "__init__.py")


def test_the_retriever_searches_with_langchain_core_alone(unpacked: Path, client: RagappClient) -> None:
    url = client._transport._base_url
    done = run(unpacked, CLIENT + RETRIEVER, "httpx", "pydantic", "langchain-core", url=url)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_what_needs_the_application_says_so(unpacked: Path) -> None:
    script = "from ragapp.integrations.langchain import check_citations"
    done = run(unpacked, script, "httpx", "pydantic", "langchain-core")
    assert "pip install ragapp`" in done.stderr
    done = run(unpacked, "from ragapp.integrations.langchain import RagappRetriever", "httpx", "pydantic")
    assert "pip install langchain-core`" in done.stderr


def test_the_requirements_are_those_two(unpacked: Path) -> None:
    (metadata,) = unpacked.glob("*.dist-info/METADATA")
    wanted = [
        Requirement(line.partition(": ")[2])
        for line in metadata.read_text(encoding="utf-8").splitlines()
        if line.startswith("Requires-Dist: ")
    ]
    assert {one.name for one in wanted if one.marker is None} == {"httpx", "pydantic"}
    assert {one.name for one in wanted if one.marker} == {"langchain-core"}
