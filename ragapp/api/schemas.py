"""The request and response bodies that are not domain types. Server and client share them.

All are plain dataclasses, which pydantic converts to JSON and back by their annotations.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar, cast

from pydantic import ConfigDict, Field, TypeAdapter

from ragapp.types import (
    Document,
    Grant,
    KeyLimits,
    KeyUsage,
    ModelNames,
    PageBox,
    QuestionDraft,
)

T = TypeVar("T")

ANY_COLLECTION = "-"
"""Stands for any collection in the path of a document. No collection has this name."""

Label = Annotated[str, Field(min_length=1, max_length=64)]
Value = Annotated[str, Field(max_length=1000)]


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as of RFC 9457. `detail` says what to do next; `instance` identifies the occurrence."""

    type: str
    title: str
    status: int
    detail: str
    instance: str


@dataclass(frozen=True, slots=True)
class NewCollection:
    __pydantic_config__ = ConfigDict(extra="forbid")
    name: str


@dataclass(frozen=True, slots=True)
class DocumentChanges:
    """Metadata by name. None removes a name; names that are not sent keep their values."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    metadata: Annotated[Mapping[Label, Value | None], Field(max_length=32)]


@dataclass(frozen=True, slots=True)
class TaskRequest:
    """A task to start. A reindex needs a `collection` and may name its embedder as `model`; a fetch needs a
    `model`.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: Literal["doctor", "repair", "reindex", "fetch"]
    collection: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class QuestionsRequest:
    """A question set to be generated from a collection, under the given name."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    collection: str
    name: Annotated[str, Field(max_length=100)]
    count: Annotated[int, Field(ge=1, le=1000)] = 50


@dataclass(frozen=True, slots=True)
class Review:
    """The questions that replace those of a set."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    questions: Annotated[tuple[QuestionDraft, ...], Field(max_length=10_000)]


@dataclass(frozen=True, slots=True)
class NewConversation:
    __pydantic_config__ = ConfigDict(extra="forbid")
    title: Annotated[str, Field(max_length=200)] = ""


@dataclass(frozen=True, slots=True)
class ConversationTitle:
    __pydantic_config__ = ConfigDict(extra="forbid")
    title: Annotated[str, Field(max_length=200)]


@dataclass(frozen=True, slots=True)
class Token:
    """The data of a `token` event: the next part of a model's text, which has not been checked."""

    text: str


@dataclass(frozen=True, slots=True)
class AcceptedUpload:
    """A stored file. `status_url` is the address of the document, which includes its ingest status."""

    document: Document
    outcome: Literal["added", "updated", "unchanged"]
    status_url: str


@dataclass(frozen=True, slots=True)
class RefusedUpload:
    name: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class UploadReport:
    """The outcome of each file in a request. Refused files do not affect the others."""

    accepted: tuple[AcceptedUpload, ...]
    refused: tuple[RefusedUpload, ...] = ()


@dataclass(frozen=True, slots=True)
class PageBoxes:
    """Where the highlighted text is on a page, whose image has `width` x `height` pixels.

    There are no boxes without a highlight, or when it is not found, such as on a scan without Tesseract.
    """

    page: int
    width: int
    height: int
    boxes: tuple[PageBox, ...]


@dataclass(frozen=True, slots=True)
class GeneratorChoice:
    """The choice of a generator: that of a found model, `local`, or `extractive`."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    generator: Annotated[str, Field(min_length=1, max_length=500)]


@dataclass(frozen=True, slots=True)
class CacheCleared:
    """How many cached answers were removed."""

    removed: int


@dataclass(frozen=True, slots=True)
class Me:
    """The caller. `id` is empty for the local user without a key; limits of None are unlimited.

    `last_collection` is the collection that the caller last chose on the web page.
    """

    id: str
    name: str
    grants: tuple[Grant, ...]
    limits: KeyLimits
    usage: KeyUsage
    last_collection: str | None = None


@dataclass(frozen=True, slots=True)
class ChosenCollection:
    __pydantic_config__ = ConfigDict(extra="forbid")
    collection: Annotated[str, Field(min_length=1, max_length=200)]


@dataclass(frozen=True, slots=True)
class Liveness:
    status: Literal["ok"] = "ok"


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether questions can be answered. `reason` says why not."""

    ready: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ServerStatus:
    version: str
    readiness: Readiness
    models: ModelNames


def encode(kind: type[T], value: T, *, without_none: bool = False) -> bytes:
    """A value of that type as JSON in UTF-8. `without_none` omits the fields that are None."""
    return _adapter(kind).dump_json(value, exclude_none=without_none)


def decode(kind: type[T], data: bytes) -> T:
    """A value of that type from JSON. Unknown fields are ignored. Raises ValueError."""
    return _adapter(kind).validate_json(data)


def _adapter(kind: type[T]) -> TypeAdapter[T]:
    """The adapter of a type, cached because building one can take tens of milliseconds."""
    adapter: TypeAdapter[T] = _built(cast(Hashable, kind))
    return adapter


@lru_cache(maxsize=64)
def _built(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
