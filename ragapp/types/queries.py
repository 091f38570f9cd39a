"""The queries of the operations of ragapp: one frozen object each, the same from entry point to store.

The HTTP API takes them as request bodies, so the bounds written here are what a client may send.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final

from pydantic import ConfigDict, Field

from ragapp.types.auth import Grant, KeyLimits
from ragapp.types.documents import DocumentSort, Priority, Status
from ragapp.types.questions import AskMode, SearchMode, Turn

DEFAULT_COLLECTION: Final = "default"

LONGEST_QUESTION: Final = 8000
"""Characters."""

Text = Annotated[str, Field(max_length=LONGEST_QUESTION, json_schema_extra={"pattern": r"\S"})]
"""The schema states the pattern without enforcing it: the service's message for an empty text says more."""
Filters = Annotated[Mapping[str, str], Field(max_length=32)]
HitCount = Annotated[int, Field(ge=1, le=1000)]


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A search for the `k` best chunks among the documents whose metadata equals the `filters`."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    query: Text
    collection: str = DEFAULT_COLLECTION
    k: HitCount = 10
    mode: SearchMode = "hybrid"
    filters: Filters = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AskQuery:
    """A question, answered from the `k` best chunks.

    A question that depends on earlier ones, those in `history` or in a stored conversation, is rewritten so
    that it stands alone; `standalone_question` is the caller's own wording of it. With `use_cache` off, no
    cached answer is served and this one is not cached. `model` names one of the configured generators, as
    RAGAPP_GENERATOR does, which alone may write the answer, or `extractive`.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    question: Text
    collection: str = DEFAULT_COLLECTION
    k: HitCount = 8
    mode: AskMode = "auto"
    filters: Filters = field(default_factory=dict)
    history: Annotated[tuple[Turn, ...], Field(max_length=50)] = ()
    conversation_id: str | None = None
    standalone_question: Annotated[str, Field(min_length=1, max_length=LONGEST_QUESTION)] | None = None
    use_cache: bool = True
    model: Annotated[str, Field(min_length=1, max_length=500)] | None = None


@dataclass(frozen=True, slots=True)
class Asker:
    """The caller for whom a question is answered, set by the authorization policy and never by a request.

    `scope` names what the asker may read; only askers of equal scope share cached answers. `owner` is the
    asker's key id; the stored answer becomes theirs. Both are empty for the person at the machine.
    """

    scope: str = ""
    owner: str = ""


LOCAL_ASKER: Final = Asker()


@dataclass(frozen=True, slots=True)
class DocumentQuery:
    """A page of a collection's documents: those in one of the `statuses` (any when none is named) with
    `containing` in their names, sorted by `order`, `count` of them from `offset` on. `with_gaps` leaves out
    those that were read completely."""

    collection: str = DEFAULT_COLLECTION
    containing: str = ""
    statuses: tuple[Status, ...] = ()
    order: DocumentSort = "accepted"
    descending: bool = True
    offset: int = 0
    count: int = 50
    with_gaps: bool = False


@dataclass(frozen=True, slots=True)
class UploadSpec:
    """What is known of a document besides its bytes.

    `source` identifies the document this is a version of; None means that the name does. Interactive uploads
    are processed before batches, and the owners within a priority take turns. A `reserved` document is
    processed only by workers that claim work in its owner's name.
    """

    name: str
    collection: str = DEFAULT_COLLECTION
    source: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    priority: Priority = "interactive"
    owner: str = ""
    reserved: bool = False


@dataclass(frozen=True, slots=True)
class KeySpec:
    """An API key to be created.

    It is valid for `days`, or until it is revoked. Limits of None are those of the settings. Unless it is
    `yet_to_come`, a collection that does not exist is refused: it is probably misspelt.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=1, max_length=200)]
    grants: Annotated[tuple[Grant, ...], Field(min_length=1, max_length=100)]
    days: Annotated[float, Field(gt=0, le=36500)] | None = None
    limits: KeyLimits = KeyLimits()  # noqa: RUF009  a frozen value
    yet_to_come: bool = False
