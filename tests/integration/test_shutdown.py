"""Stopping takes no longer than RAGAPP_SHUTDOWN_SECONDS, whatever is blocked."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from ragapp.api.http.app import create_app
from ragapp.bootstrap import build_service
from ragapp.processes.shutdown import CUT_OFF
from ragapp.types import UploadSpec
from tests.contract.generator.library import OpenAIServer
from tests.serving import LIBRARY, ingest_all, settings_in

BLOCKED = 300
"""Seconds for which what is blocked would go on."""
PATIENCE = BLOCKED / 4

STUCK_THREAD = f"""
import threading, time
from ragapp.processes.shutdown import Deadline
threading.Thread(target=time.sleep, args=({BLOCKED},), name="stuck").start()
Deadline(0.5).start()
"""
STUCK_IN_A_LIBRARY = """
import hashlib, signal
from ragapp.processes.shutdown import Deadline, on_signal
signal.signal(signal.SIGTERM, lambda *_: None)
on_signal(Deadline(0.5).start, signal.SIGTERM)
print("ready", flush=True)
hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1)
"""


def test_a_thread_that_never_ends_does_not_keep_the_process() -> None:
    command = [sys.executable, "-c", STUCK_THREAD]
    done = subprocess.run(command, timeout=PATIENCE, capture_output=True, text=True, check=False)
    assert done.returncode == CUT_OFF
    assert "stuck" in done.stderr


def test_a_signal_counts_while_a_library_computes_in_the_main_thread() -> None:
    command = [sys.executable, "-c", STUCK_IN_A_LIBRARY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.terminate()
        assert process.wait(PATIENCE) == CUT_OFF


@contextmanager
def served(folder: Path, model: OpenAIServer) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {
        "RAGAPP_DATA_DIR": str(folder),
        "RAGAPP_GENERATOR": "openai:comments",
        "RAGAPP_OPENAI_BASE_URL": model.url,
        "RAGAPP_GENERATOR_TIMEOUT": str(BLOCKED),
        "RAGAPP_SHUTDOWN_SECONDS": "3",
    }
    command = [sys.executable, "-m", "ragapp.cli", "serve", "--no-ui", "--port", str(port)]
    with subprocess.Popen(command, env=environment) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            while not _answers(url):
                assert process.poll() is None
                time.sleep(0.1)
            yield process, url
        finally:
            process.kill()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").is_success
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_a_model_that_never_writes_does_not_keep_the_server(tmp_path: Path, accept: str) -> None:
    settings = settings_in(tmp_path)
    with closing(build_service(settings)) as service:
        service.upload(UploadSpec("tides.txt"), io.BytesIO(LIBRARY["tides.txt"]))
    ingest_all(settings)
    question = {"question": "When was the harbour built?", "mode": "generate"}
    with OpenAIServer() as model:
        threading.Thread(target=model.serve_forever, daemon=True).start()
        with served(tmp_path, model) as (process, url):

            def ask() -> None:
                with suppress(httpx.HTTPError):
                    httpx.post(f"{url}/v1/ask", json=question, headers={"Accept": accept}, timeout=BLOCKED)

            asking = threading.Thread(target=ask)
            asking.start()
            while not model.requests:
                time.sleep(0.05)
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0, "it was not cut off, but ended by itself"
            asking.join(PATIENCE)
        assert model.hung_up.wait(PATIENCE)
        model.over.set()
        model.shutdown()


class AfterTwo(threading.Event):
    """Is set once it has been looked at twice."""

    looks = 0

    def is_set(self) -> bool:
        self.looks += 1
        return self.looks > 2


def test_an_upload_of_many_files_ends_when_the_server_stops(tmp_path: Path) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writing:
        for number in range(5):
            writing.writestr(f"{number}.txt", f"The heron waits at place {number}.")
    settings = settings_in(tmp_path)
    with closing(build_service(settings)) as service:
        app = create_app(service, settings, stopping=AfterTwo())
        client = TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 1))
        files = {"file": ("many.zip", archive.getvalue())}
        response = client.post("/v1/collections/default/documents", files=files)
        stored = [document.name for document in service.documents("default")]
    assert response.status_code == 202
    refused = response.json()["refused"]
    assert stored == ["0.txt", "1.txt"]
    assert [one["name"] for one in refused] == ["2.txt", "3.txt", "4.txt"]
    assert "shutting down" in refused[0]["problem"]["detail"]
