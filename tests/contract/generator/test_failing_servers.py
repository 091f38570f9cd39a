"""A generator whose server fails, is busy or does not exist."""

from __future__ import annotations

import socket
import time

import pytest

from ragapp.errors import ModelError
from ragapp.models.build import build_generators
from ragapp.models.circuit_breaker import FAILURES
from ragapp.models.retries import MAX_ATTEMPTS
from ragapp.settings import Settings
from ragapp.testing.generators import PROMPT, SYSTEM
from tests.contract.generator.library import PIECES, OpenAIServer, served


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("garbage", "did not answer"),
        ("cut", "did not answer"),
        ("html", "did not answer"),
        ("broken", "out of memory"),
        ("locked", "Incorrect API key"),
    ],
)
def test_a_failing_server_is_a_model_error_with_a_remedy(server: OpenAIServer, model: str, said: str) -> None:
    with pytest.raises(ModelError, match=said) as raised:
        list(served(server, model).generate(SYSTEM, PROMPT, 8))
    assert "RAGAPP_OPENAI_BASE_URL" in str(raised.value)
    assert server.url in str(raised.value)


@pytest.mark.parametrize("model", ["hang", "stall"])
def test_silence_longer_than_the_timeout_is_a_model_error(server: OpenAIServer, model: str) -> None:
    started = time.monotonic()
    with pytest.raises(ModelError, match="did not answer"):
        list(served(server, model, timeout=0.5).generate(SYSTEM, PROMPT, 8))
    assert time.monotonic() - started < 30  # the server itself would be silent for a minute


def test_a_missing_server_is_a_model_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    (generator,) = build_generators(
        Settings(generator="openai:m", openai_base_url=f"http://127.0.0.1:{port}/v1")
    )
    with pytest.raises(ModelError, match="refused"):
        list(generator.generate(SYSTEM, PROMPT, 8))


def test_a_busy_server_is_tried_again_after_the_delay_it_asks_for(server: OpenAIServer) -> None:
    server.retry_after = "1"
    assert list(served(server, "busy").generate(SYSTEM, PROMPT, 8)) == PIECES
    first, second = server.times
    assert second - first >= 1


def test_retries_of_a_busy_server_are_limited(server: OpenAIServer) -> None:
    with pytest.raises(ModelError, match="Overloaded"):
        list(served(server, "overloaded").generate(SYSTEM, PROMPT, 8))
    assert len(server.requests) == MAX_ATTEMPTS


def test_a_server_that_asks_for_a_long_delay_is_not_tried_again(server: OpenAIServer) -> None:
    server.retry_after = "3600"
    with pytest.raises(ModelError, match="Slow down"):
        list(served(server, "busy").generate(SYSTEM, PROMPT, 8))
    assert len(server.requests) == 1


def test_permanent_failures_are_not_tried_again(server: OpenAIServer) -> None:
    for model in ("locked", "cut"):
        with pytest.raises(ModelError):
            list(served(server, model).generate(SYSTEM, PROMPT, 8))
    assert len(server.requests) == 2


def test_repeated_failures_open_the_circuit_breaker(server: OpenAIServer) -> None:
    generator = served(server, "locked")
    for _ in range(FAILURES):
        assert generator.unavailable() is None
        with pytest.raises(ModelError):
            list(generator.generate(SYSTEM, PROMPT, 8))
    assert "Incorrect API key" in (generator.unavailable() or "")
