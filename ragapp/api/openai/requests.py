"""Reads a chat request: its question, collection, mode and history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from ragapp.api.openai.schemas import ChatRequest, Message, Typed
from ragapp.errors import NotFoundError, UsageError
from ragapp.types import LONGEST_QUESTION, AskMode, Turn

PREFIX = "ragapp/"


@dataclass(frozen=True, slots=True)
class ChatQuestion:
    question: str
    history: tuple[Turn, ...]
    collection: str
    mode: AskMode


def model_name(collection: str) -> str:
    return PREFIX + collection


def read_request(request: ChatRequest) -> ChatQuestion:
    """The last user message is the question. Earlier messages are the history.

    Raises NotFoundError for an unknown model, and UsageError for options that are not supported.
    """
    _reject_unsupported(request)
    collection, mode = read_model(request.model)
    turns = _turns(request.messages)
    if not turns or request.messages[-1].role != "user":
        raise UsageError("The last message must be the user's question. Move it to the end.")
    question = turns[-1].question
    if len(question) > LONGEST_QUESTION:
        raise UsageError(
            f"The question exceeds {LONGEST_QUESTION} characters. Upload long texts as documents instead."
        )
    return ChatQuestion(question, tuple(turns[:-1]), collection, mode)


def read_model(model: str) -> tuple[str, AskMode]:
    """Splits a model name: `ragapp/reports:generate` is the collection `reports` in the mode `generate`.

    Raises NotFoundError.
    """
    collection, _, mode = model.removeprefix(PREFIX).partition(":")
    for known in get_args(AskMode):
        if model.startswith(PREFIX) and (mode or "auto") == known:
            return collection, known
    raise NotFoundError(
        f"Unknown model {model!r}. A collection NAME is the model `{PREFIX}NAME`; `{PREFIX}NAME:extractive` "
        f"and `{PREFIX}NAME:generate` select the mode. GET /v1/models lists the available models."
    )


def _turns(messages: tuple[Message, ...]) -> list[Turn]:
    """Each user message with the assistant's answer, which is empty when there is none."""
    turns: list[Turn] = []
    for message in messages:
        if message.role == "user":
            turns.append(Turn(_text(message), ""))
        elif message.role == "assistant" and turns:
            turns[-1] = Turn(turns[-1].question, _text(message))
    return turns


def _text(message: Message) -> str:
    if message.content is None or isinstance(message.content, str):
        return message.content or ""
    for part in message.content:
        if part.type != "text":
            raise UsageError(f"A message has a part of type {part.type!r}. Only `text` is supported.")
    return "\n".join(part.text for part in message.content)


def _reject_unsupported(request: ChatRequest) -> None:
    """Rejects options that change the answer. Tools may be offered, since none is ever called."""
    choice = request.tool_choice.type if isinstance(request.tool_choice, Typed) else request.tool_choice
    wanted = {
        "`n` above 1": (request.n or 1) > 1,
        "`logprobs`": request.logprobs,
        "A `response_format` other than `text`": (request.response_format or Typed("text")).type != "text",
        f"`tool_choice` {choice!r}": choice not in {None, "auto", "none"},
        "A modality other than `text`": any(kind != "text" for kind in request.modalities or ()),
    }
    for option, is_wanted in wanted.items():
        if is_wanted:
            raise UsageError(
                f"{option} is not supported, since answers are text with citations. Leave it out."
            )


def prompt_text(request: ChatRequest) -> str:
    """The text of all messages, for counting tokens."""
    return "\n".join(_text(message) for message in request.messages)
