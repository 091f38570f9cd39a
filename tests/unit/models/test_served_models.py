"""What servers say about their models, and the profile that follows."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ragapp.errors import PromptTooLong
from ragapp.models.build import build_generators
from ragapp.models.learned import Learned, LearnedStore, context_named_in, read_speed
from ragapp.models.ollama import ollama_url
from ragapp.models.profiles import Profiler, ProfileSettings, ask_server
from ragapp.models.served_models import ModelServer, ServerReader, parameters_in
from ragapp.protocols import Generator, profile_of
from ragapp.settings import Settings
from ragapp.types import GeneratorProfile
from tests import fakeservers
from tests.fakeservers import FakeServer, running


def read(fake: FakeServer) -> ModelServer | None:
    with running(fake):
        return ServerReader(fake.url, seconds=5).read()


SERVERS: list[tuple[FakeServer, str, str, int, int | None]] = [
    (fakeservers.ollama(), "Ollama", "qwen3:8b", 4096, 8_190_000_000),
    (fakeservers.ollama(num_ctx=16_384), "Ollama", "qwen3:8b", 16_384, 8_190_000_000),
    (fakeservers.lm_studio(), "LM Studio", "qwen2.5-14b-instruct", 8192, 14_000_000_000),
    (fakeservers.llama_cpp(), "llama.cpp", "qwen.gguf", 2048, 1_543_714_304),
    (fakeservers.vllm(), "vLLM", "Qwen/Qwen3-32B", 131_072, 32_000_000_000),
    (fakeservers.sglang(), "SGLang", "meta-llama/Llama-3.1-8B-Instruct", 65_536, 8_000_000_000),
    (
        fakeservers.tgi(),
        "Text Generation Inference",
        "mistralai/Mistral-7B-Instruct-v0.3",
        8192,
        7_000_000_000,
    ),
]


@pytest.mark.parametrize(("fake", "kind", "name", "context", "parameters"), SERVERS)
def test_each_server_names_its_model_and_its_context(
    fake: FakeServer, kind: str, name: str, context: int, parameters: int | None
) -> None:
    found = read(fake)
    assert found is not None
    assert found.kind == kind
    (model,) = found.models  # no embedding models
    assert (model.name, model.context_tokens, model.parameters) == (name, context, parameters)


def test_a_web_server_is_no_model_server() -> None:
    assert read(FakeServer({"/": {"hello": "world"}})) is None


def test_a_port_on_which_nothing_listens_is_no_model_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert ServerReader(f"http://127.0.0.1:{port}", seconds=1).read() is None


def test_a_server_that_hangs_is_given_up_after_the_first_request() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert ServerReader(url, seconds=0.2).read() is None


def test_a_server_outside_the_private_network_is_asked_for_its_list_alone() -> None:
    with running(fakeservers.vllm()) as fake:
        assert ServerReader(f"{fake.url}/v1", seconds=5).read(own_paths=False) is not None
    assert [path for path, _ in fake.requests] == ["/v1/models"]


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("qwen3:8b", 8_000_000_000),
        ("Llama-3.1-70B-Instruct", 70_000_000_000),
        ("qwen2.5-coder-1.5b-instruct-q4_k_m", 1_500_000_000),
        ("SmolLM2-135M-Instruct.Q4_1", 135_000_000),
        ("gemma3:270m", 270_000_000),
        ("qwen3:30b-a3b", 30_000_000_000),
        ("8.2B", 8_200_000_000),
        ("gpt-4o-mini", None),
        ("my-model-v2", None),
    ],
)
def test_names_tell_the_size(name: str, parameters: int | None) -> None:
    assert parameters_in(name) == parameters


def profile(model: str, fake: FakeServer | None = None, **chosen: Any) -> GeneratorProfile:
    settings = ProfileSettings(**chosen)
    if fake is None:
        return Profiler(model, model, chosen=settings).profile()
    with running(fake):
        return Profiler(model, model, lambda: ask_server(fake.url, None, model), chosen=settings).profile()


def test_small_and_large_models_are_told_apart() -> None:
    assert profile("qwen.gguf", fakeservers.llama_cpp()).model_class == "small"
    assert profile("qwen3:8b", fakeservers.ollama()) == GeneratorProfile("large", 4096, None, thinks=True)
    assert profile("Qwen/Qwen3-32B", fakeservers.vllm()).context_tokens == 131_072
    assert profile("house-model", fakeservers.vllm("house-model")).model_class == "large"
    assert profile("stand-in").model_class == "small"
    assert profile("qwen.gguf", fakeservers.llama_cpp(), model_class="large").model_class == "large"


def test_models_of_providers_are_known_by_name() -> None:
    known = profile("gpt-4o-mini")
    assert (known.model_class, known.context_tokens) == ("large", 128_000)
    assert profile("anthropic/claude-sonnet-4").context_tokens == 200_000


def test_the_chosen_context_counts() -> None:
    assert profile("Qwen/Qwen3-32B", fakeservers.vllm(), context_tokens=8192).context_tokens == 8192


def test_what_was_learned_is_there_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "models-learned.json"
    profiler = Profiler("m", "qwen3:8b", learned=LearnedStore(file))
    profiler.learn(thinks=True, speed=300.0)
    profiler.learn(speed=310.0)  # about the same: not written again
    profiler.learn(context_tokens=6000)
    again = Profiler("m", "qwen3:8b", learned=LearnedStore(file)).profile()
    assert again == GeneratorProfile("large", 6000, 300.0, thinks=True)


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"m": 1}', '{"m": {"other": 1}}'])
def test_a_damaged_file_is_learned_again(tmp_path: Path, damage: str) -> None:
    file = tmp_path / "models-learned.json"
    file.write_text(damage)
    store = LearnedStore(file)
    assert store.get("m") == Learned()
    store.put("m", Learned(thinks=True))
    assert LearnedStore(file).get("m").thinks


@pytest.mark.parametrize(
    ("error", "context"),
    [
        (
            "This model's maximum context length is 2048 tokens. However, you requested 2304 tokens (2048 "
            "in the "
            "messages, 256 in the completion).",
            2048,
        ),
        (
            "'max_tokens' or 'max_completion_tokens' is too large: 256. This model's maximum context "
            "length is 4096 "
            "tokens and your request has 4000 input tokens",
            4096,
        ),
        (
            "the request exceeds the available context size. try increasing the context size or enable "
            "context shift",
            750,
        ),
        ("`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 4000 `inputs` tokens", 4096),
        ("prompt is too long: 210000 tokens > 200000 maximum", 750),
        ("max_tokens is too large: 999. This model supports at most 512 completion tokens.", None),
        ("The model is overloaded.", None),
    ],
)
def test_errors_name_the_context(error: str, context: int | None) -> None:
    assert context_named_in(error, sent=1000) == context


def test_servers_state_their_speed() -> None:
    assert read_speed({"timings": {"prompt_n": 500, "prompt_per_second": 44.5}}) == 44.5
    assert read_speed({"timings": {"prompt_n": 3, "prompt_per_second": 9.0}}) is None  # the rest was cached
    assert read_speed({"prompt_eval_count": 900, "prompt_eval_duration": 3_000_000_000}) == 300.0
    assert read_speed({"choices": []}) is None


def written(generator: Generator, prompt: str = "When was it built?", tokens: int = 64) -> str:
    return "".join(generator.generate("Answer.", prompt, tokens))


@pytest.fixture
def ollama_server() -> Iterator[FakeServer]:
    with running(fakeservers.ollama()) as fake:
        yield fake


def of_ollama(fake: FakeServer, tmp_path: Path, **changed: Any) -> Generator:
    settings = Settings(generator="ollama:qwen3:8b", ollama_url=fake.url, data_dir=tmp_path, **changed)
    (generator,) = build_generators(settings)
    return generator


def test_ollama_gets_the_context_that_the_prompt_needs(ollama_server: FakeServer, tmp_path: Path) -> None:
    generator = of_ollama(ollama_server, tmp_path)
    assert written(generator).strip() == "It was built in 1862 [1]."
    (request,) = [body for path, body in ollama_server.requests if path == "/api/chat"]
    assert request["options"]["num_ctx"] == 16_384
    assert request["options"]["temperature"] == 0
    known = profile_of(generator)
    assert (known.model_class, known.context_tokens, known.read_tokens_per_second) == ("large", 16_384, 300.0)


def test_the_thoughts_of_an_ollama_model_are_not_its_answer(tmp_path: Path) -> None:
    fake = fakeservers.ollama()
    fake.streams = {"/api/chat": fakeservers.ollama_chat("In 1862.", thinking="Hm, the harbour.")}
    with running(fake):
        generator = of_ollama(fake, tmp_path)
        profile_of(generator)
        assert written(generator).strip() == "In 1862."
    (request,) = [body for path, body in fake.requests if path == "/api/chat"]
    assert request["options"]["num_predict"] == 64 + 2048  # the answer and the thinking


def test_an_ollama_model_that_is_missing_is_named(tmp_path: Path) -> None:
    fake = fakeservers.ollama()
    fake.refusal = lambda _: "model 'qwen3:8b' not found"
    with running(fake), pytest.raises(Exception, match=r"not found.*ragapp models pull qwen3:8b"):
        written(of_ollama(fake, tmp_path))


@pytest.mark.parametrize(
    ("setting", "environment", "url"),
    [
        (None, None, "http://127.0.0.1:11434"),
        (None, "0.0.0.0", "http://127.0.0.1:11434"),
        (None, "0.0.0.0:8080", "http://127.0.0.1:8080"),
        ("http://gpu:11434/v1/", None, "http://gpu:11434"),
        ("https://ollama.example.org", "ignored", "https://ollama.example.org"),
    ],
)
def test_the_address_of_ollama(
    setting: str | None, environment: str | None, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OLLAMA_HOST", raising=False)
    if environment:
        monkeypatch.setenv("OLLAMA_HOST", environment)
    assert ollama_url(setting) == url


def completion(request: dict[str, Any]) -> Iterator[str]:
    about = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    for delta, reason in (({"content": "In 1862."}, None), ({}, "stop")):
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        yield f"data: {json.dumps(about | {'choices': [choice]})}\n"


def test_a_server_can_be_named_with_its_model(tmp_path: Path) -> None:
    fake = fakeservers.vllm()
    fake.streams = {"/v1/chat/completions": completion}
    with running(fake):
        spec = f"openai:Qwen/Qwen3-32B@{fake.url}/v1"
        (generator,) = build_generators(Settings(generator=spec, data_dir=tmp_path))
        assert written(generator) == "In 1862."
        assert profile_of(generator).context_tokens == 131_072


def test_a_prompt_that_is_too_long_teaches_the_context(tmp_path: Path) -> None:
    fake = fakeservers.vllm("house-model", context=32_768)
    fake.streams = {"/v1/chat/completions": completion}
    fake.refusal = lambda _: "This model's maximum context length is 2048 tokens. You requested 9000."
    with running(fake):
        spec = f"openai:house-model@{fake.url}/v1"
        (generator,) = build_generators(Settings(generator=spec, data_dir=tmp_path))
        with pytest.raises(PromptTooLong):
            written(generator, "word " * 9000)
        assert profile_of(generator).context_tokens == 2048
