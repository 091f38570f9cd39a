"""Remote generators: the requests they send, and what they make of replies."""

from __future__ import annotations

import pytest

from ragapp.errors import ModelError
from ragapp.models.build import build_generators
from ragapp.models.chat_generator import ChatGenerator
from ragapp.models.deadlines import Deadlines
from ragapp.models.langchain_chat import LangChainChat
from ragapp.settings import Settings
from ragapp.testing.generators import PROMPT, SYSTEM
from tests.contract.generator.library import PIECES, OpenAIServer, served


def test_the_request_has_the_prompt_and_the_options(server: OpenAIServer) -> None:
    "".join(served(server, "good").generate(SYSTEM, PROMPT, 77))
    (request,) = server.requests
    assert request["messages"] == [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": PROMPT},
    ]
    assert (request["stream"], request["temperature"]) == (True, 0)
    assert 77 in (request.get("max_tokens"), request.get("max_completion_tokens"))


def test_the_key_is_sent(server: OpenAIServer) -> None:
    settings = Settings(generator="openai:good", openai_base_url=server.url, openai_api_key="sk-1")
    (generator,) = build_generators(settings)
    list(generator.generate(SYSTEM, PROMPT, 8))
    assert server.keys == ["Bearer sk-1"]


def test_closing_the_stream_early_ends_the_request(server: OpenAIServer) -> None:
    pieces = served(server, "endless").generate(SYSTEM, PROMPT, 8)
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert server.hung_up.wait(10)


def test_halves_of_a_character_are_joined_or_replaced(server: OpenAIServer) -> None:
    assert "".join(served(server, "halves").generate(SYSTEM, PROMPT, 8)) == "a \N{GRINNING FACE} b \ufffd"


def test_a_provider_whose_package_is_missing_is_a_model_error() -> None:
    (generator,) = build_generators(Settings(generator="mistralai:small"))
    with pytest.raises(ModelError, match="langchain-mistralai"):
        list(generator.generate(SYSTEM, PROMPT, 8))


def test_any_provider_of_langchain_works(server: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    deadlines = Deadlines(first=30, between=30, whole=60)
    generator = ChatGenerator("openai:good", LangChainChat("openai", "good", deadlines), "", deadlines)
    assert list(generator.generate(SYSTEM, PROMPT, 8)) == PIECES
