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
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest

from ragapp.api.http.server import listen, take_port
from ragapp.client import RagappClient
from ragapp.errors import AuthenticationError, RagappError, UsageError
from tests.ports import free_port
from tests.serving import settings_in

SERVE = """
import sys
from ragapp.api.http.server import listen, run
from ragapp.settings import Settings
settings = Settings()
run(settings, "127.0.0.1", listen(settings, "127.0.0.1", int(sys.argv[1])))
print("tidied up")
"""


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.10", "::", "example.org"])
def test_it_is_not_shown_to_other_machines(host: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Other machines"):
        listen(settings_in(tmp_path), host, 0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
def test_an_address_of_another_machine_is_reported(host: str) -> None:
    with pytest.raises(UsageError, match="--host"):
        take_port(host, 0, "--port")


def test_a_port_in_use_is_reported_before_anything_is_opened(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(UsageError, match="--port"):
        listen(settings_in(tmp_path), "127.0.0.1", other.getsockname()[1])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", ["--port", "--ui-port"])
def test_a_port_in_use_is_reported_before_the_server_is_announced(option: str, tmp_path: Path) -> None:
    ports = {name: str(free_port()) for name in ("--port", "--ui-port")}
    with socket.create_server(("127.0.0.1", 0)) as other:
        ports[option] = str(other.getsockname()[1])
        chosen = [word for pair in ports.items() for word in pair]
        command = [
            sys.executable,
            "-m",
            "ragapp.cli",
            "serve",
            "--data-dir",
            str(tmp_path / "data"),
            *chosen,
        ]
        output = subprocess.run(command, capture_output=True, text=True, check=False)
    assert output.returncode == 2
    assert option in output.stderr
    assert ports[option] in output.stderr
    assert "open" not in output.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_shuts_down_in_order(stop: signal.Signals, tmp_path: Path) -> None:
    with running(tmp_path) as (process, url):
        assert httpx.get(f"{url}/readyz").json() == {"ready": True, "reason": None}
        process.send_signal(stop)
        output, _ = process.communicate(timeout=60)
    assert (process.returncode, output.strip()) == (0, "tidied up")
    with pytest.raises(RagappError, match="ragapp serve"), RagappClient(url) as client:
        client.status()


def test_a_connection_that_was_idle_is_still_there(tmp_path: Path) -> None:
    """For longer than clients and proxies keep theirs: what is sent while the server closes would be lost."""
    with running(tmp_path) as (_, url):
        connection = HTTPConnection(url.removeprefix("http://"))
        for idle in (0, 6):
            time.sleep(idle)
            connection.request("GET", "/healthz")
            assert connection.getresponse().read()
        connection.close()


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
        with (
            pytest.raises(RagappError, match="not responded in time"),
            RagappClient(url, silence_seconds=0.1) as client,
        ):
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
