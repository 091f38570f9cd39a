"""Models that think before they answer, and answers that are cut off."""

from __future__ import annotations

from typing import Any

import pytest

from ragapp.models.build import build_generators
from ragapp.protocols import Generator
from ragapp.settings import Settings
from ragapp.text.reasoning import CLOSED
from ragapp.types import Ending
from tests.contract.generator.library import (
    PIECES,
    PROMPT,
    SYSTEM,
    Handle,
    OpenAIHandler,
    OpenAIServer,
    behaving,
    read,
)

ANSWER = "".join(PIECES)
THOUGHTS = ["Okay, ", "the ", "user ", "asks ", "when. ", "Is ", "it ", "1920? ", "No."]


def writing(*pieces: str | dict[str, Any], finish_reason: str | None = "stop") -> Handle:
    """Writes as many pieces as the request allows."""

    def handle(handler: OpenAIHandler, request: dict[str, Any]) -> None:
        allowed = request["max_tokens"]
        handler.start_stream()
        for piece in pieces[:allowed]:
            handler.send_delta(piece if isinstance(piece, dict) else {"content": piece})
        handler.send_end("length" if len(pieces) > allowed else finish_reason)

    return handle


FORMS: dict[str, list[str | dict[str, Any]]] = {
    "tags": ["<think>", *THOUGHTS, "</think>", "\n\n", *PIECES],
    "split tags": ["<th", "ink>", *THOUGHTS, "</", "think", ">", *PIECES],
    "mistral": ["[THINK]", *THOUGHTS, "[/THINK]", *PIECES],
    "unopened": [*THOUGHTS, "</think>", *PIECES],
    "harmony": [
        *("<|channel|>", "analysis", "<|message|>", *THOUGHTS, "<|end|>"),
        *("<|start|>", "assistant", "<|channel|>", "final", "<|message|>", *PIECES, "<|return|>"),
    ],
    "reasoning_content": [*({"content": None, "reasoning_content": one} for one in THOUGHTS), *PIECES],
    "reasoning": [*({"content": "", "reasoning": one} for one in THOUGHTS), *PIECES],
    "parts": [
        *(
            {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": one}]}]}
            for one in THOUGHTS
        ),
        *({"content": [{"type": "text", "text": one}]} for one in PIECES),
    ],
}


@pytest.mark.parametrize("pieces", FORMS.values(), ids=FORMS)
def test_thinking_is_not_returned_and_does_not_use_tokens_of_the_answer(
    server: OpenAIServer, pieces: list[str | dict[str, Any]]
) -> None:
    generator = behaving(server, writing(*pieces))
    for _ in range(2):
        assert read(generator, len(PIECES)) == (ANSWER, "complete")
    tries = len(server.requests)
    assert tries <= 3
    assert server.requests[-1]["max_tokens"] > len(PIECES)


def test_a_model_that_does_not_think_gets_no_tokens_for_it(server: OpenAIServer) -> None:
    assert read(behaving(server, writing(*PIECES)), 7) == (ANSWER, "complete")
    assert [request["max_tokens"] for request in server.requests] == [7]


def test_hidden_thinking_that_used_all_tokens_gets_more(server: OpenAIServer) -> None:
    hidden = [{"content": ""}] * 20
    assert read(behaving(server, writing(*hidden, *PIECES)), 10) == (ANSWER, "complete")


def test_the_tokens_for_thinking_are_a_setting(server: OpenAIServer) -> None:
    server.behaviours["m"] = writing({"reasoning_content": "Hm."}, *PIECES)
    (generator,) = build_generators(
        Settings(generator="openai:m", openai_base_url=server.url, thinking_tokens=100)
    )
    read(generator, 10)
    assert server.requests[-1]["max_tokens"] == 110


def test_text_that_turns_out_to_be_thinking_is_retracted(server: OpenAIServer) -> None:
    generator = behaving(server, writing("It ", "is ", "1920. ", "No. ", "</think>", *PIECES))
    first = list(generator.generate(SYSTEM, PROMPT, 20))
    assert first[first.index(CLOSED) + 1 :] == PIECES
    assert read(generator, 20) == (ANSWER, "complete")


def test_a_model_that_only_thinks_is_stopped(server: OpenAIServer) -> None:
    def handle(handler: OpenAIHandler, _: dict[str, Any]) -> None:
        handler.start_stream()
        try:
            while not server.over.is_set():
                handler.send_delta({"reasoning_content": "and so on " * 100})
        except OSError:
            server.hung_up.set()

    server.behaviours["m"] = handle
    (generator,) = build_generators(
        Settings(generator="openai:m", openai_base_url=server.url, thinking_tokens=200)
    )
    assert read(generator) == ("", "length")
    assert server.hung_up.wait(10)


@pytest.mark.parametrize(
    ("reason", "ending"),
    [
        ("stop", "complete"),
        ("eos_token", "complete"),
        ("tool_calls", "complete"),
        ("length", "length"),
        ("MAX_TOKENS", "length"),
        ("content_filter", "filtered"),
        ("SAFETY", "filtered"),
        ("error", "interrupted"),
        ("abort", "interrupted"),
        ("", "interrupted"),
        (None, "interrupted"),
    ],
)
def test_the_ending_of_a_text_is_returned(server: OpenAIServer, reason: str | None, ending: Ending) -> None:
    assert read(behaving(server, writing(*PIECES, finish_reason=reason))) == (ANSWER, ending)


def test_a_stream_that_just_ends_was_interrupted(server: OpenAIServer) -> None:
    def handle(handler: OpenAIHandler, _: dict[str, Any]) -> None:
        handler.start_stream()
        handler.send_piece("It ")
        handler.send_raw('data: {"choices": [{"delta": {"con')
        handler.wfile.write(b"0\r\n\r\n")

    assert read(behaving(server, handle)) == ("It ", "interrupted")


def test_a_stream_with_a_finish_reason_needs_no_done(server: OpenAIServer) -> None:
    def handle(handler: OpenAIHandler, _: dict[str, Any]) -> None:
        handler.start_stream()
        handler.send_piece("In 1862.")
        handler.send_end("stop", done=False)

    assert read(behaving(server, handle)) == ("In 1862.", "complete")


def test_the_local_model_reports_that_it_was_cut_off(local: Generator) -> None:
    assert read(local, 5)[1] == "length"
