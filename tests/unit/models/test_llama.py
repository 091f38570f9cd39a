"""The server process of the local model: who may use it, and that it never outlives its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ragapp.errors import ModelError
from ragapp.models.llama_process import LlamaProcess

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the process through Linux's /proc")


@pytest.fixture(scope="module")
def gguf(model_folder: Callable[[str], Path]) -> Path:
    return next(model_folder("smollm2-135m-instruct").glob("*.gguf"))


@pytest.fixture
def server(gguf: Path) -> Iterator[LlamaProcess]:
    server = LlamaProcess(gguf, threads=1)
    yield server
    server.close()


def ask_for_models(url: str, key: str | None) -> int:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=10)
    connection.request("GET", "/v1/models", headers={"Authorization": f"Bearer {key}"} if key else {})
    status = connection.getresponse().status
    connection.close()
    return status


def child_of(pid: int) -> int:
    """The one server that is a child process of `pid`."""
    everyone = [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()]
    (child,) = [process for process in everyone if server_runs(process) and parent_of(process) == pid]
    return child


def parent_of(pid: int) -> int:
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    return int(after_name.split()[1])


def server_runs(pid: int) -> bool:
    """Whether the process `pid` is there, not a zombie, and runs our server."""
    try:
        return b"llama_server" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def stands_still(pid: int) -> bool:
    """Whether every thread of the process is stopped."""
    stats = [path.read_text().rpartition(")")[2] for path in Path(f"/proc/{pid}/task").glob("*/stat")]
    return all(stat.split()[0] == "T" for stat in stats)


def wait_until(happened: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_it_is_reachable_from_this_machine_with_its_key_only(server: LlamaProcess) -> None:
    address = server.address()
    assert urlsplit(address.url).hostname == "127.0.0.1"
    assert ask_for_models(address.url, address.api_key) == 200
    assert ask_for_models(address.url, None) == 401
    assert ask_for_models(address.url, "guess") == 401


def test_it_is_started_once(server: LlamaProcess) -> None:
    assert server.address() == server.address()


def test_it_is_restarted_after_it_was_killed(server: LlamaProcess) -> None:
    first = server.address()
    os.kill(child_of(os.getpid()), signal.SIGKILL)
    second = server.address()
    assert second != first
    assert ask_for_models(second.url, second.api_key) == 200


def test_it_is_restarted_when_it_hangs(server: LlamaProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ragapp.models.llama_process._HEALTH_SECONDS", 0.5)
    monkeypatch.setattr("ragapp.models.llama_process._STOP_SECONDS", 0.5)
    first = server.address()
    stopped = child_of(os.getpid())
    os.kill(stopped, signal.SIGSTOP)
    assert wait_until(lambda: stands_still(stopped))
    assert server.address() != first
    assert not server_runs(stopped)


def test_it_is_not_restarted_when_it_keeps_dying(server: LlamaProcess) -> None:
    for _ in range(3):
        server.address()
        assert server.given_up() is None
        os.kill(child_of(os.getpid()), signal.SIGKILL)
    with pytest.raises(ModelError, match="RAGAPP_GENERATOR=extractive"):
        server.address()
    assert server.given_up() is not None


def test_closing_ends_the_process(server: LlamaProcess) -> None:
    server.address()
    child = child_of(os.getpid())
    server.close()
    assert not server_runs(child)


def test_it_ends_with_its_parent_even_when_that_is_killed(gguf: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from ragapp.models.llama_process import LlamaProcess; "
        "server = LlamaProcess(Path(sys.argv[1]), 1); "
        "print(server.address().url, flush=True); time.sleep(300)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(gguf)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline().startswith("http://127.0.0.1:")
        child = child_of(parent.pid)
        assert server_runs(child)
        parent.kill()
    assert wait_until(lambda: not server_runs(child))


@pytest.mark.parametrize("data", [b"", b"GGUF", b"<html>not found</html>"])
def test_a_file_that_is_not_a_model_is_a_model_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bad.gguf"
    path.write_bytes(data)
    server = LlamaProcess(path, threads=1)
    with pytest.raises(ModelError, match=r"bad\.gguf could not be loaded"):
        server.address()
    server.close()
