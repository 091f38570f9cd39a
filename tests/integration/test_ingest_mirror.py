"""A collection that follows its files: renamed, changed, vanished, from archives and from the web."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ingest.cli.batch import open_batch
from ingest.cli.progress import ProgressBar
from ingest.cli.report import Report
from ingest.cli.sync import FolderSync
from ingest.sources import Finder
from ragapp.bootstrap import build_service
from ragapp.fetching.web import FetchLimits
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import SearchQuery, UploadSpec
from tests.serving import settings_in

PATIENCE = 120.0
"""Seconds to wait for something that must happen; how soon is not what is tested."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path / "data")


@pytest.fixture
def service(settings: Settings) -> Iterator[RagService]:
    with closing(build_service(settings)) as service:
        yield service


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, text in {"tides": "Tides turn at noon.", "bees": "Bees dance."}.items():
        (folder / f"{name}.md").write_text(text)
    return folder


def ingest_all(settings: Settings, *arguments: object, prune: bool = False) -> tuple[Report, FolderSync]:
    finder = Finder([str(a) for a in arguments], [], FetchLimits(100_000, 20, allow_private=True))
    with (
        ProgressBar(quiet=True) as progress,
        open_batch(settings, "default", {}, 1, progress) as batch,
    ):
        mirror = FolderSync(batch, finder, prune=prune, tell=lambda _: None)
        mirror.begin(finder.find())
        mirror.finish()
        return batch.report(), mirror


def names(service: RagService) -> list[str]:
    return sorted(document.name for document in service.documents())


def test_a_vanished_file_is_reported_and_its_document_deleted_only_on_request(
    settings: Settings, service: RagService, folder: Path
) -> None:
    ingest_all(settings, folder)
    (folder / "bees.md").unlink()
    _, mirror = ingest_all(settings, folder)
    assert (mirror.vanished, mirror.removed) == ([str(folder / "bees.md")], 0)
    assert names(service) == ["bees.md", "tides.md"]
    _, mirror = ingest_all(settings, folder, prune=True)
    assert mirror.removed == 1
    assert names(service) == ["tides.md"]


def test_an_empty_folder_deletes_no_documents(settings: Settings, service: RagService, folder: Path) -> None:
    ingest_all(settings, folder)
    for file in folder.iterdir():
        file.unlink()
    _, mirror = ingest_all(settings, folder, prune=True)
    assert (len(mirror.vanished), mirror.removed) == (2, 0)
    assert len(names(service)) == 2


def test_files_elsewhere_and_uploads_never_vanish(
    settings: Settings, service: RagService, folder: Path
) -> None:
    service.upload(UploadSpec("upload.txt"), io.BytesIO(b"An upload."))
    ingest_all(settings, folder)
    (folder / "bees.md").unlink()
    _, mirror = ingest_all(settings, folder / "tides.md", prune=True)
    assert not mirror.vanished


def test_a_renamed_file_keeps_its_vectors(settings: Settings, service: RagService, folder: Path) -> None:
    ingest_all(settings, folder)
    (folder / "bees.md").rename(folder / "honey.md")
    ingest_all(settings, folder, prune=True)
    assert names(service) == ["honey.md", "tides.md"]
    (honey,) = (d for d in service.documents() if d.name == "honey.md")
    assert honey.status == "ready"
    assert "embed" not in service.job(honey.id).seconds, "it was embedded again"


def test_members_of_an_archive_are_documents(settings: Settings, service: RagService, folder: Path) -> None:
    def write(**texts: str) -> None:
        with zipfile.ZipFile(folder / "all.zip", "w") as archive:
            for name, text in texts.items():
                archive.writestr(f"birds/{name}.txt", text)

    write(heron="Herons fish at dusk.", gull="Gulls rest.")
    report, _ = ingest_all(settings, folder)
    assert report.added == 4
    assert service.search(SearchQuery("who fishes at dusk")).hits[0].document_name == "heron.txt"
    write(heron="Herons fish at dawn.")
    report, mirror = ingest_all(settings, folder, prune=True)
    assert (report.updated, mirror.removed) == (1, 1)
    assert names(service) == ["bees.md", "heron.txt", "tides.md"]


def test_the_documents_of_an_unreadable_archive_are_not_deleted(
    settings: Settings, service: RagService, folder: Path
) -> None:
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.writestr("heron.txt", "Herons fish at dusk.")
    ingest_all(settings, folder)
    whole = (folder / "all.zip").read_bytes()
    (folder / "all.zip").write_bytes(whole[: len(whole) // 2])  # as while it is copied
    report, mirror = ingest_all(settings, folder, prune=True)
    assert (report.failed, mirror.vanished) == (1, [])
    assert "heron.txt" in names(service)


def test_a_web_page_is_ingested_and_updated(settings: Settings, service: RagService, folder: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/tides.md"
        report, _ = ingest_all(settings, url, f"{url}/nothing")
        assert (report.added, report.failed) == (1, 1)
        assert service.search(SearchQuery("tides", filters={"source": url})).hits
        (folder / "tides.md").write_text("Tides turn at midnight.")
        report, _ = ingest_all(settings, url)
        assert report.updated == 1
    finally:
        server.shutdown()
        server.server_close()


def test_watching_follows_changes_until_ctrl_c(settings: Settings, service: RagService, folder: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "ragapp.cli",
        "ingest",
        str(folder),
        "--watch",
        "--prune",
        "--json",
    ]
    environment = os.environ | {"RAGAPP_DATA_DIR": str(settings.data_dir)}
    messages = folder.parent / "messages"
    with messages.open("w") as stderr:
        process = subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=stderr)
    try:
        wait_until(lambda: [d.status for d in service.documents()] == ["ready", "ready"])
        (folder / "new.md").write_text("Gulls rest.")
        (folder / "tides.md").write_text("Tides turn at midnight.")
        wait_until(lambda: sorted(d.version for d in service.documents() if d.status == "ready") == [1, 1, 2])
        (folder / "bees.md").unlink()
        wait_until(lambda: "removed: " in messages.read_text())
        assert names(service) == ["new.md", "tides.md"]
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert process.returncode == 0
    report = json.loads(out)
    assert (report["vanished"], report["removed"]) == ([str(folder / "bees.md")], 1)


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)
