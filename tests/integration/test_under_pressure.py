"""Too many requests, models that misbehave, programs that are stopped or die: the rest goes on."""

from __future__ import annotations

import io
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from evals.bench.faulty_model import Misbehaviour, faulty_model
from ingest.pipeline import build_pipeline
from ingest.sandbox import ParserSandbox, parse_limits
from ragapp.api.http.app import create_app
from ragapp.bootstrap import build_runtime, build_service
from ragapp.cli.child_processes import Child
from ragapp.settings import Settings
from ragapp.types import UploadSpec
from tests.integration.test_http_server import running
from tests.modelserver import Pieces, written_by
from tests.ports import free_port
from tests.serving import LIBRARY, ingest_all, serving, settings_in

QUESTION = {"question": "When do herons fish?", "use_cache": False}


@contextmanager
def asked_of(settings: Settings) -> Iterator[httpx.Client]:
    """A server over the library with these settings."""
    with closing(build_service(settings)) as service:
        fill(settings)
        with serving(create_app(service, settings)) as url, httpx.Client(base_url=url, timeout=60) as http:
            yield http


def fill(settings: Settings) -> None:
    with closing(build_service(settings)) as service:
        for name, data in LIBRARY.items():
            service.upload(UploadSpec(name), io.BytesIO(data))
    ingest_all(settings)


@contextmanager
def with_model(behaviour: Misbehaviour, folder: Path, silence: float) -> Iterator[Settings]:
    with faulty_model(behaviour) as model:
        changed = {
            "generator": "openai:faulty",
            "openai_base_url": model.url,
            "openai_api_key": SecretStr("none"),
            "generator_timeout": silence,
            "max_questions": 2,
            "max_waiting": 1,
        }
        yield settings_in(folder).model_copy(update=changed)


def test_a_model_that_hangs_holds_up_neither_searches_nor_those_turned_away(tmp_path: Path) -> None:
    with (
        with_model("hangs", tmp_path, silence=3) as settings,
        asked_of(settings) as http,
        ThreadPoolExecutor(6) as people,
    ):
        asked = [people.submit(http.post, "/v1/ask", json=QUESTION) for _ in range(6)]
        assert http.post("/v1/search", json={"query": "herons"}).status_code == 200
        assert http.get("/healthz").status_code == 200
        assert not all(one.done() for one in asked)
        answers = [one.result() for one in asked]
    answered = [one.json() for one in answers if one.status_code == 200]
    turned_away = [one for one in answers if one.status_code == 503]
    assert len(answered) == 3
    assert {one["citations"][0]["quote"] for one in answered} == {"Herons fish at dusk."}
    assert all(int(one.headers["Retry-After"]) >= 1 for one in turned_away)
    assert {one.json()["type"] for one in turned_away} == {"urn:ragapp:problem:busy"}


def test_uploads_are_turned_away_while_the_queue_is_full(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, max_queue=1)
    with (
        closing(build_service(settings)) as service,
        TestClient(
            create_app(service, settings), base_url="http://localhost", client=("127.0.0.1", 1)
        ) as http,
    ):
        service.upload(UploadSpec("herons.txt"), io.BytesIO(b"Herons fish at dusk."))
        refused = http.post("/v1/collections/default/documents", files={"file": ("more.txt", b"More.")})
        assert refused.status_code == 503
        assert "RAGAPP_MAX_QUEUE" in refused.json()["detail"]
        assert int(refused.headers["Retry-After"]) >= 1
        assert len(service.documents()) == 1


def test_what_a_model_writes_without_end_is_cut(tmp_path: Path) -> None:
    with with_model("floods", tmp_path, silence=30) as settings:
        short = settings.model_copy(update={"answer_tokens": 16})
        with asked_of(short) as http:
            answer = http.post("/v1/ask", json=QUESTION)
    assert answer.status_code == 200
    assert len(answer.content) < 20_000


class Paused(Pieces):
    """Writes the second piece when it is told to."""

    def __init__(self, *pieces: str) -> None:
        super().__init__(*pieces)
        self.go = threading.Event()

    def __iter__(self) -> Iterator[str]:
        first, *others = self.pieces
        yield first
        self.go.wait()
        yield from others


def test_an_answer_on_its_way_is_finished_when_the_server_is_stopped(tmp_path: Path) -> None:
    pieces = Paused("Herons fish ", "at dusk [1].")
    with written_by(pieces, settings_in(tmp_path / "data")) as settings:
        fill(settings)
        model = {"RAGAPP_GENERATOR": "openai:m", "RAGAPP_OPENAI_BASE_URL": settings.openai_base_url or ""}
        with running(tmp_path, RAGAPP_OPENAI_API_KEY="none", **model) as (process, url):
            events = []
            wanted = {"Accept": "text/event-stream"}
            with httpx.stream("POST", f"{url}/v1/ask", json=QUESTION, headers=wanted, timeout=60) as stream:
                for line in stream.iter_lines():
                    if line.startswith("event: "):
                        events.append(line.removeprefix("event: "))
                        if events[-1] == "token" and not pieces.go.is_set():
                            process.send_signal(signal.SIGTERM)
                            pieces.go.set()
                    elif line.startswith("data: "):
                        last = json.loads(line.removeprefix("data: "))
            assert process.wait(60) == 0
    assert events[-1] == "answer"
    assert last["answer"] == "Herons fish at dusk. [1]"


def test_a_job_returns_to_the_queue_when_its_worker_stops_during_parsing(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with closing(build_service(settings)) as service:
        service.upload(UploadSpec("herons.txt"), io.BytesIO(b"Herons fish at dusk."))
    runtime = build_runtime(settings)
    with closing(runtime.store), closing(ParserSandbox(parse_limits(settings))) as sandbox:
        job = runtime.queue.claim("ending")
        assert job is not None
        sandbox.stop()
        build_pipeline(runtime, settings, sandbox).work(job, threading.Event(), lambda _: None)
        again = runtime.queue.claim("another")
    assert again is not None
    assert (again.document_id, again.attempt) == (job.document_id, 1)


def test_a_child_that_dies_is_started_again_until_it_is_stopped() -> None:
    port = free_port()
    child = Child("http.server", [str(port), "--bind", "127.0.0.1"])
    try:
        wait_until_answering(port)
        first = child.pid
        os.kill(first, signal.SIGKILL)
        while child.pid == first:
            time.sleep(0.05)
        wait_until_answering(port)
    finally:
        child.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}")


def wait_until_answering(port: int) -> None:
    while True:
        try:
            httpx.head(f"http://127.0.0.1:{port}")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
