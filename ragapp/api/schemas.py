"""What goes over HTTP besides the domain types themselves: shared by server and client.

Everything is a plain dataclass. pydantic turns it into JSON and back by its annotations alone.
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
"""Stands for the collection in a document's path when only its id is known; never a collection's name."""

Label = Annotated[str, Field(min_length=1, max_length=64)]
Value = Annotated[str, Field(max_length=1000)]


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as RFC 9457 has it. `detail` says what to do next; `instance` names this one occurrence."""

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
    """Metadata by name; None takes a name away, and names that are not there stay as they are."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    metadata: Annotated[Mapping[Label, Value | None], Field(max_length=32)]


@dataclass(frozen=True, slots=True)
class TaskRequest:
    """`collection` and `model` (the embedder) are for a reindex, `model` alone for fetching one."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: Literal["doctor", "repair", "reindex", "fetch"]
    collection: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class QuestionsRequest:
    """`name` is that of the set to be made."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    collection: str
    name: Annotated[str, Field(max_length=100)]
    count: Annotated[int, Field(ge=1, le=1000)] = 50


@dataclass(frozen=True, slots=True)
class Review:
    """The questions of a set that stay, worded as they should be."""

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
    """The data of a `token` event: the next piece of what the model writes, not checked yet."""

    text: str


@dataclass(frozen=True, slots=True)
class AcceptedUpload:
    """A file that is safely stored. `status_url` answers with the document, and so with its status."""

    document: Document
    outcome: Literal["added", "updated", "unchanged"]
    status_url: str


@dataclass(frozen=True, slots=True)
class RefusedUpload:
    name: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class UploadReport:
    """What became of the files of one request; one bad file does not stop the others."""

    accepted: tuple[AcceptedUpload, ...]
    refused: tuple[RefusedUpload, ...] = ()


@dataclass(frozen=True, slots=True)
class PageBoxes:
    """Where the highlighted words stand on a page whose picture has `width` x `height` pixels.

    No boxes when none were asked for, or when they are not found: on a scan without Tesseract, for one.
    """

    page: int
    width: int
    height: int
    boxes: tuple[PageBox, ...]


@dataclass(frozen=True, slots=True)
class CacheCleared:
    """How many kept answers were removed."""

    removed: int


@dataclass(frozen=True, slots=True)
class Me:
    """Who calls. `id` is empty for the person at the machine, who needs no key; limits of None are none.

    `last_collection` is the collection that the caller chose last at the web page.
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
    """`reason` says why questions cannot be answered yet; None when they can."""

    ready: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ServerStatus:
    version: str
    readiness: Readiness
    models: ModelNames


def encode(kind: type[T], value: T, *, without_none: bool = False) -> bytes:
    """JSON of a value of that kind, in UTF-8; `without_none` leaves out the fields that are None."""
    return _adapter(kind).dump_json(value, exclude_none=without_none)


def decode(kind: type[T], data: bytes) -> T:
    """A value of that kind from JSON; fields it does not know are passed over. Raises ValueError."""
    return _adapter(kind).validate_json(data)


def _adapter(kind: type[T]) -> TypeAdapter[T]:
    """Building one takes up to tens of milliseconds, so each is kept."""
    adapter: TypeAdapter[T] = _built(cast(Hashable, kind))
    return adapter


@lru_cache(maxsize=64)
def _built(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
