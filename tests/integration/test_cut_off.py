"""An answer that the model server cut off is always marked as incomplete, and never cached."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import httpx
import openai
import pytest
from mcp import Client

from ragapp.api.http.app import create_app
from ragapp.bootstrap import build_service
from ragapp.service import RagService
from ragapp.settings import Settings
from tests.modelserver import Pieces, written_by
from tests.serving import serving

QUESTION = "When does the tide turn?"
TEXT = "The tide turns at noon [1]."


@pytest.fixture(scope="module")
def cutting(library: RagService, library_settings: Settings) -> Iterator[Settings]:
    """Settings with a cache, and a model that stops at its limit."""
    with written_by(Pieces(TEXT, finish_reason="length"), library_settings) as settings:
        yield settings.model_copy(update={"cache": True})


@pytest.fixture(scope="module")
def url(cutting: Settings) -> Iterator[str]:
    with closing(build_service(cutting)) as service, serving(create_app(service, cutting)) as url:
        yield url


def test_it_is_reported_over_http_and_never_cached(url: str) -> None:
    for _ in range(2):
        asked = httpx.post(f"{url}/v1/ask", json={"question": QUESTION, "mode": "generate"}, timeout=60)
        answer = asked.json()
        assert (answer["mode"], answer["ending"]) == ("generate", "length")
        assert "cut off" in answer["notice"]
        assert answer["cache"]["status"] == "miss"
    stored = httpx.get(f"{url}/v1/answers/{answer['answer_id']}").json()["answer"]
    assert (stored["ending"], "cut off" in stored["notice"]) == ("length", True)


@pytest.mark.parametrize("stream", [True, False])
def test_it_says_so_to_openai_clients(url: str, stream: bool) -> None:
    body = {"model": "ragapp/default:generate", "messages": [{"role": "user", "content": QUESTION}]}
    with openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client:
        if stream:
            chunks = list(client.chat.completions.create(**body, stream=True))  # type: ignore[call-overload]
            reasons = [chunk.choices[0].finish_reason for chunk in chunks]
            content = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
        else:
            (choice,) = client.chat.completions.create(**body).choices  # type: ignore[call-overload]
            reasons, content = [choice.finish_reason], choice.message.content
    assert reasons[-1] == "length"
    assert "cut off" in content


@pytest.mark.anyio
async def test_it_says_so_over_mcp(url: str) -> None:
    async with Client(f"{url}/mcp") as client:
        result = await client.call_tool("ask", {"question": QUESTION, "mode": "generate"})
    assert result.structured_content["ending"] == "length"
    assert "cut off" in result.content[0].text  # type: ignore[union-attr]


def test_it_says_so_on_the_command_line(cutting: Settings) -> None:
    environment = {
        **os.environ,
        "RAGAPP_DATA_DIR": str(cutting.data_dir),
        "RAGAPP_GENERATOR": cutting.generator,
        "RAGAPP_OPENAI_BASE_URL": str(cutting.openai_base_url),
    }
    command = [sys.executable, "-m", "ragapp.cli", "ask", QUESTION, "--mode", "generate"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "cut off" in done.stdout
