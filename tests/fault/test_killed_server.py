"""Nothing accepted is lost: `ragapp serve` is killed with SIGKILL in the middle of an ingest."""

from __future__ import annotations

import io
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ragapp.bootstrap import build_runtime, build_service
from ragapp.client import RagappClient
from ragapp.errors import RagappError
from ragapp.settings import Settings
from ragapp.testing.soak import repeats
from ragapp.types import SearchQuery, UploadSpec
from tests.ports import free_port

KILLS = repeats(2, 50)
DOCUMENTS = 10
"""Documents that are uploaded before each kill."""
PATIENCE = 180.0
"""Seconds to wait for something that must happen; its speed is not tested."""


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


@contextmanager
def server(data_dir: Path, port: int) -> Iterator[tuple[subprocess.Popen[bytes], RagappClient]]:
    environment = os.environ | {"RAGAPP_GENERATOR": "extractive", "RAGAPP_LEASE_SECONDS": "2"}
    command = [sys.executable, "-m", "ragapp.cli", "serve", "--no-ui", "--port", str(port)]
    process = subprocess.Popen([*command, "--data-dir", str(data_dir)], env=environment)
    try:
        with RagappClient(f"http://127.0.0.1:{port}") as client:
            wait_until(lambda: answers(client))
            yield process, client
    finally:
        process.kill()
        process.wait()


def answers(client: RagappClient) -> bool:
    try:
        client.status()
    except RagappError:
        return False
    return True


def text_of(number: int) -> bytes:
    return "\n\n".join(f"Buoy {number} rings {beat} times in fog." for beat in range(40)).encode()


def test_no_accepted_document_is_lost_and_no_chunk_is_duplicated(tmp_path: Path) -> None:
    port, dice, accepted = free_port(), random.Random(7), []
    for _ in range(KILLS):
        with server(tmp_path, port) as (process, client):
            for number in range(len(accepted), len(accepted) + DOCUMENTS):
                name = f"buoy-{number}.txt"
                accepted.append(client.upload(UploadSpec(name), io.BytesIO(text_of(number))).document.id)
            time.sleep(dice.uniform(0.0, 3.0))
            process.send_signal(signal.SIGKILL)

    with server(tmp_path, port) as (_, client):
        wait_until(lambda: all(document.status == "ready" for document in client.documents()))
        assert sorted(document.id for document in client.documents()) == sorted(accepted)
        found = client.search(SearchQuery("Buoy 5 rings in fog", k=3))
        assert found.hits[0].document_name == "buoy-5.txt"

    settings = Settings(data_dir=tmp_path, generator="extractive")
    runtime = build_runtime(settings)
    entries = runtime.store.entries(runtime.store.collection("default").id)
    spans = [(entry.version_id, entry.text) for entry in entries]
    assert len(spans) == len(set(spans))
    service = build_service(settings, runtime)
    report = service.doctor()
    service.close()
    assert report.ok, [check for check in report.checks if not check.ok]
