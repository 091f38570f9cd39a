"""Finding model servers, choosing a model, and fetching models from Ollama and the hub."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ragapp.errors import ModelError, UsageError
from ragapp.models.build import build_generators
from ragapp.models.choice import generator_in_use, keep_generator
from ragapp.models.discovery import find_models
from ragapp.models.fitting_models import fitting_models
from ragapp.models.hub_models import fetch_hub_model, parse_hub_name
from ragapp.models.ollama import pull
from ragapp.settings import Settings
from tests import fakeservers
from tests.fakeservers import FakeServer, running


@pytest.fixture(autouse=True)
def no_ollama_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address at which nothing listens."""
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:9")


def port_of(fake: FakeServer) -> int:
    return int(fake.url.rpartition(":")[2])


def test_servers_are_found_on_their_ports_with_what_uses_them(monkeypatch: pytest.MonkeyPatch) -> None:
    fakes = [fakeservers.ollama(), fakeservers.lm_studio(), fakeservers.llama_cpp(), FakeServer({})]
    with ExitStack() as stack:
        for fake in fakes:
            stack.enter_context(running(fake))
        monkeypatch.setenv("OLLAMA_HOST", fakes[0].url)
        found = find_models(Settings(), [port_of(fake) for fake in fakes])
    assert [(one.server, one.generator) for one in found] == [
        ("Ollama", "ollama:qwen3:8b"),
        ("LM Studio", f"openai:qwen2.5-14b-instruct@{fakes[1].url}/v1"),
        ("llama.cpp", f"openai:qwen.gguf@{fakes[2].url}/v1"),
    ]
    assert found[0].context_tokens == 40_960
    assert "tools" in found[0].abilities


def test_what_was_found_can_be_built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with running(fakeservers.vllm()) as fake:
        (found,) = find_models(Settings(), [port_of(fake)])
    (generator,) = build_generators(Settings(data_dir=tmp_path), found.generator)
    assert "Qwen/Qwen3-32B" in generator.name


def test_the_configured_server_is_found_wherever_it_runs() -> None:
    with running(fakeservers.sglang()) as fake:
        (found,) = find_models(Settings(openai_base_url=f"{fake.url}/v1"), [])
    assert found.server == "SGLang"


def test_our_own_api_is_no_model_server() -> None:
    collections = {"object": "list", "data": [{"id": "default", "owned_by": "ragapp"}]}
    with running(FakeServer({"/v1/models": collections})) as fake:
        assert find_models(Settings(), [port_of(fake)]) == []


def test_a_choice_is_kept_until_the_setting_decides(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert generator_in_use(settings) == "extractive"
    keep_generator("ollama:qwen3:8b", settings)
    assert generator_in_use(Settings(data_dir=tmp_path)) == "ollama:qwen3:8b"
    (generator,) = build_generators(Settings(data_dir=tmp_path))
    assert "qwen3:8b" in generator.name
    decided = Settings(data_dir=tmp_path, generator="extractive")
    assert generator_in_use(decided) == "extractive"
    with pytest.raises(UsageError, match="RAGAPP_GENERATOR is set to 'extractive'"):
        keep_generator("local", decided)


@pytest.mark.parametrize("content", ["", "[]", '{"generator": 3}', "{"])
def test_a_damaged_choice_is_no_choice(tmp_path: Path, content: str) -> None:
    (tmp_path / "generator.json").write_text(content)
    assert generator_in_use(Settings(data_dir=tmp_path)) == "extractive"


def test_models_are_suggested_that_fit_the_memory() -> None:
    assert [one.name for one in fitting_models(16 * 10**9)] == ["qwen3:4b", "qwen3:8b", "qwen3:14b"]
    assert fitting_models(10**9) == []


def pulling(*lines: dict[str, Any]) -> FakeServer:
    return FakeServer({}, {"/api/pull": lambda _: iter(map(json.dumps, lines))})


def test_ollama_fetches_a_model_with_progress() -> None:
    seen: list[tuple[str, int, int]] = []
    layer = {"status": "pulling 1a", "total": 100}
    fake = pulling({"status": "pulling manifest"}, layer | {"completed": 60}, {"status": "success"})
    with running(fake):
        pull("qwen3:8b", fake.url, lambda *step: seen.append(step))
    assert fake.requests == [("/api/pull", {"model": "qwen3:8b", "stream": True})]
    assert seen == [("pulling manifest", 0, 0), ("pulling 1a", 60, 100), ("success", 0, 0)]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([{"error": "pull model manifest: file does not exist"}], "file does not exist"),
        ([{"status": "pulling manifest"}], "before it was complete"),
    ],
)
def test_a_failed_pull_says_why(lines: list[dict[str, Any]], message: str) -> None:
    with running(pulling(*lines)) as fake, pytest.raises(ModelError, match=message):
        pull("qwen3:8b", fake.url, lambda *_: None)


def test_a_pull_without_ollama_says_where_it_was_sought() -> None:
    with pytest.raises(ModelError, match=r"Check that Ollama runs at http://127\.0\.0\.1:9"):
        pull("qwen3:8b", "http://127.0.0.1:9", lambda *_: None)


GGUF = b"GGUF" + bytes(range(256)) * 800
FIRST, SECOND = "1" * 40, "2" * 40


class Hub:
    """A stand-in for the hub with one repository, whose file can be replaced."""

    def __init__(self) -> None:
        self.commit = FIRST
        self.files = {FIRST: GGUF}
        self.names = ["README.md", "m-Q8_0.gguf", "m-Q4_K_M.gguf", "m-Q4_K_M-00001-of-00002.gguf"]
        self.downloads: list[str | None] = []
        self.cut_at: int | None = None
        self.url = ""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    state = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.serve(body=False)

        def do_GET(self) -> None:
            self.serve(body=True)

        def serve(self, *, body: bool) -> None:
            if self.path.startswith("/api/models/o/m/tree/"):
                listed = [{"type": "file", "path": name, "size": 1, "oid": "0"} for name in state.names]
                self.send(200, json.dumps(listed).encode(), {}, body=body)
                return
            *_, resolve, revision, name = self.path.split("/")
            commit = state.commit if revision == "main" else revision
            if resolve != "resolve" or name not in state.names or commit not in state.files:
                self.send(404, b"{}", {}, body=body)
                return
            data = state.files[commit]
            headers = {"ETag": f'"{hashlib.sha256(data).hexdigest()}"', "X-Repo-Commit": commit}
            start = 0
            if body:
                state.downloads.append(self.headers["Range"])
                if self.headers["Range"]:
                    start = int(self.headers["Range"].removeprefix("bytes=").partition("-")[0])
                    headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            self.send(206 if start else 200, data[start:], headers, body=body)

        def send(self, status: int, data: bytes, headers: dict[str, str], *, body: bool) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if body:
                self.wfile.write(data[: state.cut_at])

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("HF_ENDPOINT", state.url)
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


def fetched(name: str, models_dir: Path) -> Path:
    model = parse_hub_name(name)
    assert model is not None
    return fetch_hub_model(model, models_dir)


def test_a_model_of_the_hub_is_fetched_once_and_pinned(hub: Hub, tmp_path: Path) -> None:
    path = fetched("hf:o/m:m-Q8_0.gguf", tmp_path)
    assert path.read_bytes() == GGUF
    assert path.name == "m-Q8_0.gguf"
    assert fetched("hf:o/m:m-Q8_0.gguf", tmp_path) == path
    assert len(hub.downloads) == 1
    pin = json.loads((path.parent / "pin.json").read_text())
    assert (pin["revision"], pin["sha256"]) == (FIRST, hashlib.sha256(GGUF).hexdigest())


def test_without_a_file_the_usual_quantization_in_one_piece_is_chosen(hub: Hub, tmp_path: Path) -> None:
    path = fetched("hf:o/m", tmp_path)
    assert json.loads((path.parent / "pin.json").read_text())["file"] == "m-Q4_K_M.gguf"


def test_a_file_that_was_replaced_on_the_hub_is_refused(hub: Hub, tmp_path: Path) -> None:
    path = fetched("hf:o/m:m-Q8_0.gguf", tmp_path)
    path.unlink()
    hub.files[FIRST] = GGUF[::-1]
    with pytest.raises(ModelError, match="SHA-256"):
        fetched("hf:o/m:m-Q8_0.gguf", tmp_path)
    assert not path.exists()


def test_a_newer_commit_changes_nothing(hub: Hub, tmp_path: Path) -> None:
    path = fetched("hf:o/m:m-Q8_0.gguf", tmp_path)
    path.unlink()
    hub.commit, hub.files[SECOND] = SECOND, GGUF[::-1]
    assert fetched("hf:o/m:m-Q8_0.gguf", tmp_path).read_bytes() == GGUF


def test_the_generator_waits_for_its_file(hub: Hub, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, models_dir=tmp_path / "models", generator="local:hf:o/m")
    (generator,) = build_generators(settings)
    assert "ragapp models fetch hf:o/m" in (generator.unavailable() or "")
    fetched("hf:o/m", settings.models_dir)
    assert generator.unavailable() is None


@pytest.mark.parametrize(
    "name", ["hf:", "hf:o", "hf:o/m:weights.bin", "hf:../m", "hf:o/m:../x.gguf", "hf:o/m/x"]
)
def test_a_name_that_is_none_of_the_hub_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="hf:OWNER/REPOSITORY"):
        parse_hub_name(name)


def test_a_repository_that_is_missing_is_named(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="o/other could not be found"):
        fetched("hf:o/other", tmp_path)
