"""Requests and responses of the chat completions API, as far as they apply here.

https://platform.openai.com/docs/api-reference/chat. Other fields of a request are ignored: sampling options,
for example, have no effect on answers that quote documents.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from ragapp.types import Verdict
from ragapp.types.queries import Filters

FinishReason = Literal["stop", "length", "content_filter"]
Role = Literal["system", "developer", "user", "assistant", "tool", "function"]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a message. Only parts of type `text` are supported."""

    type: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    role: Role
    content: str | tuple[Part, ...] | None = None


def text_of(message: Message) -> str:
    """The text of a message, without its other parts."""
    if message.content is None or isinstance(message.content, str):
        return message.content or ""
    return "\n".join(part.text for part in message.content if part.type == "text")


@dataclass(frozen=True, slots=True)
class StreamOptions:
    include_usage: bool | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """An option of which only the type is used."""

    type: str


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """Search options: an extension, sent as `ragapp` in the request body."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    k: Annotated[int, Field(ge=1, le=50)] = 8
    filters: Filters = field(default_factory=dict)
    use_cache: bool = True


@dataclass(frozen=True, slots=True)
class ChatRequest:
    model: str
    messages: Annotated[tuple[Message, ...], Field(min_length=1, max_length=1000)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: int | None = None
    logprobs: bool | None = None
    response_format: Typed | None = None
    tool_choice: str | Typed | None = None
    modalities: tuple[str, ...] | None = None
    ragapp: SearchOptions = field(default_factory=SearchOptions)


@dataclass(frozen=True, slots=True)
class Url:
    """A citation in OpenAI's format. `content[start_index:end_index]` is the marker `[n]`."""

    start_index: int
    end_index: int
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class AnnotatedSpan:
    """The cited span: `quote` is the characters `start` to `end` of the text of that document version.

    `verdict` is that of the sentence before the marker.
    """

    number: int
    document_id: str
    document_name: str
    version: int
    page: int
    start: int
    end: int
    quote: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Annotation:
    """One marker of the message. `url` returns the text that `citation` refers to."""

    url_citation: Url
    citation: AnnotatedSpan
    type: Literal["url_citation"] = "url_citation"


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Tokens, estimated from the length of the texts, since the tokenizers of served models are unknown."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


@dataclass(frozen=True, slots=True)
class ReplyMessage:
    content: str
    annotations: tuple[Annotation, ...]
    role: Literal["assistant"] = "assistant"
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    message: ReplyMessage
    index: int = 0
    finish_reason: FinishReason = "stop"
    logprobs: None = None


@dataclass(frozen=True, slots=True)
class Completion:
    id: str
    created: int
    model: str
    choices: tuple[Choice, ...]
    usage: TokenUsage
    object: Literal["chat.completion"] = "chat.completion"


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a streamed message. `reasoning_content` is unchecked text of a model; `content` has been
    checked.
    """

    role: Literal["assistant"] | None = None
    content: str | None = None
    reasoning_content: str | None = None
    annotations: tuple[Annotation, ...] | None = None


@dataclass(frozen=True, slots=True)
class ChunkChoice:
    delta: Delta
    index: int = 0
    finish_reason: FinishReason | None = None


@dataclass(frozen=True, slots=True)
class CompletionChunk:
    id: str
    created: int
    model: str
    choices: tuple[ChunkChoice, ...]
    usage: TokenUsage | None = None
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"


@dataclass(frozen=True, slots=True)
class Model:
    """A collection as a model."""

    id: str
    created: int
    object: Literal["model"] = "model"
    owned_by: str = "ragapp"


@dataclass(frozen=True, slots=True)
class ModelList:
    data: tuple[Model, ...]
    object: Literal["list"] = "list"


@dataclass(frozen=True, slots=True)
class Failure:
    message: str
    type: str
    param: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class FailureReply:
    error: Failure
