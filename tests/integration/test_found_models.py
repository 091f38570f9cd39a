"""A model server on this machine is found, chosen over HTTP, and given a prompt that fits its model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from ragapp.answering.prompt import system_prompt
from ragapp.api.http.app import create_app
from ragapp.bootstrap import build_service
from ragapp.client import RagappClient
from ragapp.errors import UsageError
from ragapp.models import discovery
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import AskQuery
from tests import fakeservers
from tests.fakeservers import FakeServer, running
from tests.serving import serving

ANSWER = "<think>It is in passage 1.</think>The tide turns at noon [1]."


def completion(request: dict[str, Any]) -> Iterator[str]:
    about = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    for delta, reason in (({"content": ANSWER}, None), ({}, "stop")):
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        yield f"data: {json.dumps(about | {'choices': [choice]})}\n"


@pytest.fixture
def vllm(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:9")
    fake = fakeservers.vllm()
    fake.streams = {"/v1/chat/completions": completion}
    with running(fake):
        monkeypatch.setattr(discovery, "USUAL_PORTS", {int(fake.url.rpartition(":")[2]): "vLLM"})
        yield fake


def test_a_found_model_is_chosen_and_writes(
    vllm: FakeServer, library: RagService, library_settings: Settings
) -> None:
    chosen = {name: getattr(library_settings, name) for name in ("data_dir", "models_dir")}
    settings = Settings(**chosen, cache=False)  # names no generator, so that one can be chosen
    choice = settings.data_dir / "generator.json"
    with closing(build_service(settings)) as service, serving(create_app(service, settings)) as url:
        client = RagappClient(url)
        try:
            (found,) = client.found_models()
            client.use_generator(found.generator)
            *_, last = client.ask(AskQuery("When does the tide turn?"))
            *_, quoted = client.ask(AskQuery("When does the tide turn?", model="extractive"))
            *_, written = client.ask(AskQuery("When does the tide turn?", model=found.generator))
            with pytest.raises(UsageError, match="Unknown model 'gpt-9'"):
                list(client.ask(AskQuery("When does the tide turn?", model="gpt-9")))
            with pytest.raises(UsageError, match="not one of the models that run on this machine"):
                client.use_generator("openai:m@http://elsewhere.example/v1")
        finally:
            choice.unlink(missing_ok=True)
    assert quoted.answer is not None
    assert quoted.answer.model == "extractive"
    assert written.answer is not None
    assert written.answer.mode == "generate"
    assert last.answer is not None
    assert last.answer.mode == "generate"
    assert "Qwen/Qwen3-32B" in last.answer.model
    assert last.answer.answer.startswith("The tide turns at noon")
    sent = [body for path, body in vllm.requests if path == "/v1/chat/completions"][-1]
    assert sent["messages"][0]["content"] == system_prompt("large")
