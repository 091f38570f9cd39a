"""The API as a process: where it listens, and how it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from ragapp.doors.client import RagappClient
from ragapp.doors.http.server import run
from ragapp.errors import AuthenticationError, RagappError, UsageError
from tests.serving import settings_in

SERVE = """
import sys
from ragapp.doors.http.server import run
from ragapp.settings import Settings
run(Settings(), port=int(sys.argv[1]))
print("tidied up")
"""


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.10", "::", "example.org"])
def test_it_is_not_shown_to_other_machines(host: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="other machines"):
        run(settings_in(tmp_path), host=host)


def test_a_port_that_is_taken_is_told_before_anything_is_opened(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(UsageError, match="--port"):
        run(settings_in(tmp_path), port=other.getsockname()[1])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_order_when_told_to_stop(stop: signal.Signals, tmp_path: Path) -> None:
    with running(tmp_path) as (process, url):
        assert httpx.get(f"{url}/readyz").json() == {"ready": True, "reason": None}
        process.send_signal(stop)
        told, _ = process.communicate(timeout=60)
    assert (process.returncode, told.strip()) == (0, "tidied up")
    with pytest.raises(RagappError, match="ragapp serve"), RagappClient(url) as client:
        client.status()


def test_a_server_without_its_embedder_says_what_to_run(tmp_path: Path) -> None:
    with running(tmp_path, RAGAPP_MODELS_DIR=str(tmp_path / "none")) as (_, url):
        assert httpx.get(f"{url}/healthz").status_code == 200
        response = httpx.get(f"{url}/readyz")
        assert response.status_code == 503
        assert "ragapp models fetch" in response.json()["reason"]
        with RagappClient(url) as client:
            assert client.status().readiness.ready is False


def test_the_status_names_the_models(library_url: str) -> None:
    with RagappClient(library_url) as client:
        status = client.status()
    assert status.readiness.ready
    assert status.models.embedder == "bge-small-en-v1.5"


def test_something_else_at_the_address_is_not_taken_for_ragapp() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(RagappError, match="silent"), RagappClient(url, silence_seconds=0.1) as client:
            client.collections()


@contextmanager
def running(folder: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(port)],
        env={**os.environ, "RAGAPP_DATA_DIR": str(folder / "data"), **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", process)
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.communicate()


def wait_for(url: str, process: subprocess.Popen[str]) -> None:
    while process.poll() is None:
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the server ended before it answered")


def test_who_asks_for_people_elsewhere_needs_a_key(library_url: str) -> None:
    """As the web page does where other machines can open it."""
    with RagappClient(library_url) as at_the_machine, RagappClient(library_url, for_others=True) as page:
        assert at_the_machine.collections()
        with pytest.raises(AuthenticationError):
            page.collections()
