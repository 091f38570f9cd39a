"""Reading chat requests: model, question and history."""

from __future__ import annotations

import pytest

from ragapp.api.openai.requests import read_request
from ragapp.api.openai.schemas import ChatRequest, Message, Part, Role, Typed
from ragapp.errors import NotFoundError, UsageError
from ragapp.types import AskMode, Turn


def request_of(*messages: tuple[Role, str], model: str = "ragapp/default") -> ChatRequest:
    return ChatRequest(model, tuple(Message(role, text) for role, text in messages))


@pytest.mark.parametrize(
    ("model", "collection", "mode"),
    [
        ("ragapp/default", "default", "auto"),
        ("ragapp/Q3 reports:generate", "Q3 reports", "generate"),
        ("ragapp/été:extractive", "été", "extractive"),
    ],
)
def test_a_model_names_collection_and_mode(model: str, collection: str, mode: AskMode) -> None:
    asked = read_request(request_of(("user", "Why?"), model=model))
    assert (asked.collection, asked.mode) == (collection, mode)


@pytest.mark.parametrize("model", ["gpt-4o", "default", "ragapp/default:poetic", ""])
def test_any_other_model_is_not_found(model: str) -> None:
    with pytest.raises(NotFoundError, match="/v1/models"):
        read_request(request_of(("user", "Why?"), model=model))


def test_earlier_messages_are_turns() -> None:
    asked = read_request(
        request_of(
            ("system", "Be brief."),
            ("assistant", "Hello!"),
            ("user", "When was it built?"),
            ("assistant", "In 1862."),
            ("user", "Unanswered?"),
            ("user", "Who built it?"),
        )
    )
    assert asked.question == "Who built it?"
    assert asked.history == (Turn("When was it built?", "In 1862."), Turn("Unanswered?", ""))


def test_text_may_come_in_parts() -> None:
    message = Message("user", (Part("text", "Who"), Part("text", "built it?")))
    assert read_request(ChatRequest("ragapp/a", (message,))).question == "Who\nbuilt it?"


@pytest.mark.parametrize(
    "request_",
    [
        request_of(("user", "Why?"), ("assistant", "Because.")),
        request_of(("system", "Be brief.")),
        request_of(("user", "x" * 8001)),
        ChatRequest("ragapp/a", (Message("user", (Part("image_url"),)),)),
        ChatRequest("ragapp/a", (Message("user", "Why?"),), n=2),
        ChatRequest("ragapp/a", (Message("user", "Why?"),), logprobs=True),
        ChatRequest("ragapp/a", (Message("user", "Why?"),), response_format=Typed("json_object")),
        ChatRequest("ragapp/a", (Message("user", "Why?"),), tool_choice="required"),
        ChatRequest("ragapp/a", (Message("user", "Why?"),), tool_choice=Typed("function")),
        ChatRequest("ragapp/a", (Message("user", "Why?"),), modalities=("text", "audio")),
    ],
)
def test_unsupported_options_are_refused(request_: ChatRequest) -> None:
    with pytest.raises(UsageError):
        read_request(request_)


def test_harmless_options_are_accepted() -> None:
    message = Message("user", "Why?")
    read_request(
        ChatRequest(
            "ragapp/a", (message,), n=1, logprobs=False, response_format=Typed("text"), tool_choice="auto"
        )
    )
