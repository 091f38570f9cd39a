"""What a chat request asks of ragapp: which collection, how, what, and after which earlier questions."""

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
    """The last user message is the question, those before it what it may follow up on.

    Raises NotFoundError for a model that is none of ours, UsageError for what cannot be done.
    """
    _refuse_impossible(request)
    collection, mode = read_model(request.model)
    turns = _turns(request.messages)
    if not turns or request.messages[-1].role != "user":
        raise UsageError("The last message must be the user's question. Put it behind the others.")
    question = turns[-1].question
    if len(question) > LONGEST_QUESTION:
        raise UsageError(f"The question may have {LONGEST_QUESTION} characters. Upload long texts instead.")
    return ChatQuestion(question, tuple(turns[:-1]), collection, mode)


def read_model(model: str) -> tuple[str, AskMode]:
    """`ragapp/reports:generate` is the collection `reports` and the mode `generate`.

    Raises NotFoundError.
    """
    collection, _, mode = model.removeprefix(PREFIX).partition(":")
    for known in get_args(AskMode):
        if model.startswith(PREFIX) and (mode or "auto") == known:
            return collection, known
    raise NotFoundError(
        f"There is no model {model!r}. A collection NAME is `{PREFIX}NAME`, and `{PREFIX}NAME:extractive` or "
        "`:generate` says who writes. GET /v1/models lists those there are."
    )


def _turns(messages: tuple[Message, ...]) -> list[Turn]:
    """Each user message with what the assistant said next; a user message without an answer has none."""
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
            raise UsageError(f"A message has a part of type {part.type!r}. Only text can be read here.")
    return "\n".join(part.text for part in message.content)


def _refuse_impossible(request: ChatRequest) -> None:
    """Refuses what would be answered wrongly; offered tools are fine, because none is ever called."""
    choice = request.tool_choice.type if isinstance(request.tool_choice, Typed) else request.tool_choice
    wanted = {
        "n above 1": (request.n or 1) > 1,
        "logprobs": request.logprobs,
        "a response_format other than text": (request.response_format or Typed("text")).type != "text",
        f"tool_choice {choice!r}": choice not in {None, "auto", "none"},
        "modalities other than text": any(kind != "text" for kind in request.modalities or ()),
    }
    for option, is_wanted in wanted.items():
        if is_wanted:
            raise UsageError(f"There cannot be {option}: answers are text with citations. Leave it out.")


def prompt_text(request: ChatRequest) -> str:
    """All that was sent, for counting it."""
    return "\n".join(_text(message) for message in request.messages)
