"""Streams and the work behind them end when the key is revoked, and when whoever asked leaves."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path

import httpx
import pytest

from ragapp.api.http import cancelling
from ragapp.api.http.app import create_app
from ragapp.bootstrap import build_service
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import Grant, UploadSpec
from tests.contract.generator.library import OpenAIServer
from tests.serving import LIBRARY, ingest_all, serving, settings_in

LONG = 60.0
QUESTION = {"question": "When was the harbour built?", "mode": "generate"}
CHAT = {"model": "ragapp/default", "messages": [{"role": "user", "content": "When was the harbour built?"}]}


@pytest.fixture
def model() -> Iterator[OpenAIServer]:
    server = OpenAIServer()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.over.set()
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    settings = settings_in(folder)
    with closing(build_service(settings)) as service:
        for name, text in LIBRARY.items():
            service.upload(UploadSpec(name), BytesIO(text))
    ingest_all(settings)
    return folder


@contextmanager
def server_with(
    folder: Path, model: OpenAIServer, behaviour: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, RagService]]:
    monkeypatch.setattr(cancelling.Cancelling.__init__, "__defaults__", (0.1,))
    settings = Settings(
        data_dir=folder, generator=f"openai:{behaviour}", openai_base_url=model.url, cache=False
    )
    with closing(build_service(settings)) as service, serving(create_app(service, settings)) as url:
        yield url, service


@pytest.mark.parametrize("behaviour", ["endless", "comments", "comments_later"])
@pytest.mark.parametrize("path", ["/v1/ask", "/v1/chat/completions"])
def test_a_stream_ends_when_its_key_is_revoked(
    folder: Path, model: OpenAIServer, monkeypatch: pytest.MonkeyPatch, behaviour: str, path: str
) -> None:
    with server_with(folder, model, behaviour, monkeypatch) as (url, service):
        made = service.auth.api_keys.create("guest", [Grant("reader", None)])
        headers = {"Authorization": f"Bearer {made.secret}", "Accept": "text/event-stream"}
        body = QUESTION if path == "/v1/ask" else CHAT | {"stream": True}
        with httpx.stream("POST", url + path, json=body, headers=headers, timeout=LONG) as response:
            lines = response.iter_lines()
            assert next(lines)
            while not model.requests:
                time.sleep(0.01)
            service.auth.api_keys.revoke(made.key.id)
            rest = "\n".join(lines)
    assert "revoked" in rest
    assert model.hung_up.wait(LONG), "the model's server is not kept writing"


def test_an_answer_in_one_piece_is_refused_when_its_key_is_revoked(
    folder: Path, model: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with server_with(folder, model, "comments", monkeypatch) as (url, service):
        made = service.auth.api_keys.create("guest", [Grant("reader", None)])
        threading.Timer(0.5, service.auth.api_keys.revoke, [made.key.id]).start()
        headers = {"Authorization": f"Bearer {made.secret}"}
        response = httpx.post(f"{url}/v1/ask", json=QUESTION, headers=headers, timeout=LONG)
    assert response.status_code == 401
    assert "revoked" in response.json()["detail"]


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_work_ends_when_the_client_disconnects(
    folder: Path, model: OpenAIServer, monkeypatch: pytest.MonkeyPatch, accept: str
) -> None:
    with server_with(folder, model, "comments", monkeypatch) as (url, service):
        made = service.auth.api_keys.create("guest", [Grant("reader", None)])
        body = json.dumps(QUESTION).encode()
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as asker:
            head = [
                "POST /v1/ask HTTP/1.1",
                "Host: 127.0.0.1",
                f"Authorization: Bearer {made.secret}",
                f"Accept: {accept}",
                "Content-Type: application/json",
                f"Content-Length: {len(body)}",
            ]
            asker.sendall("\r\n".join([*head, "", ""]).encode() + body)
            while not model.requests:
                time.sleep(0.01)
        assert model.hung_up.wait(LONG), "the model's server is not kept writing"
