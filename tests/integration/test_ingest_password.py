"""A folder of encrypted documents, while the worker of a server that knows no password is at work, too."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr
from pypdf import PdfWriter

from ingest.cli.batch import open_batch
from ingest.cli.progress import ProgressBar
from ingest.pipeline import build_pipeline
from ingest.sandbox import parse_limits
from ingest.sources import Finder
from ingest.worker import Worker
from ragapp.bootstrap import build_runtime
from ragapp.fetching.web import FetchLimits
from ragapp.settings import Settings
from tests.serving import parser, settings_in

SAMPLE = Path(__file__).parents[2] / "ragapp" / "samples" / "amazon-rainforest.pdf"
PASSWORD = "hoopoe"
PLENTY = 6


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    folder = tmp_path / "locked"
    folder.mkdir()
    for number in range(PLENTY):
        writer = PdfWriter()
        writer.append(SAMPLE, pages=(0, 1))
        writer.add_metadata({"/Title": f"Number {number}"})
        writer.encrypt(PASSWORD, algorithm="RC4-128")
        writer.write(folder / f"locked-{number}.pdf")
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path / "data")


@pytest.fixture
def server_at_work(settings: Settings) -> Iterator[None]:
    """A worker without the password, that looks for work all the time."""
    runtime, stop = build_runtime(settings), threading.Event()
    with closing(runtime.store):
        pipeline = build_pipeline(runtime, settings, parser(parse_limits(settings)))
        worker = Worker(runtime.queue, pipeline, settings.lease_seconds)
        thread = threading.Thread(target=worker.run, args=(stop, lambda _: None))
        thread.start()
        yield
        stop.set()
        thread.join()


@pytest.mark.usefixtures("server_at_work")
def test_the_command_reads_what_it_alone_can_open(settings: Settings, locked: Path) -> None:
    known = settings.model_copy(update={"pdf_password": SecretStr(PASSWORD)})
    found = Finder([str(locked)], [], FetchLimits(0, 0)).find()
    with open_batch(known, "default", {}, 1, ProgressBar(quiet=True), reserved=True) as batch:
        batch.accept(found)
        batch.finish()
        report = batch.report()
    assert [(line.status, line.error) for line in report.documents] == [("ready", None)] * PLENTY


def test_the_password_is_nowhere_in_the_data_folder(settings: Settings, locked: Path) -> None:
    known = settings.model_copy(update={"pdf_password": SecretStr(PASSWORD)})
    found = Finder([str(locked / "locked-0.pdf")], [], FetchLimits(0, 0)).find()
    with open_batch(known, "default", {}, 1, ProgressBar(quiet=True), reserved=True) as batch:
        batch.accept(found)
        batch.finish()
        assert batch.report().failed == 0
        held = [file for file in settings.data_dir.rglob("*") if file.is_file()]
        assert held
        assert not [file for file in held if PASSWORD.encode() in file.read_bytes()]
