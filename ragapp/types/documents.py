"""A document's way: what is handed in, read, cut and worked on."""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:  # the client has these types too, and does without numpy
    import numpy as np
    from numpy.typing import NDArray

Vectors: TypeAlias = "NDArray[np.float32]"
"""One unit-length embedding a row: shape (n, dimension)."""
Status = Literal["queued", "parsing", "searchable", "ready", "failed"]
DocumentSort = Literal["accepted", "name", "size", "pages", "status"]
Priority = Literal["interactive", "batch"]
"""Somebody waits for it, or nobody does: interactive work goes first."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading in a parsed text: its title is `text[start:end]`; level 1 is the highest."""

    level: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table in a parsed text: its rows are `text[start:end]`, one a line.

    `head` names its columns and follows a part of it wherever that part goes: its caption and its header
    row on one line, or whichever of them it has.
    """

    start: int
    end: int
    head: str


@dataclass(frozen=True, slots=True)
class ParsedText:
    """The text of a document, with the character offset at which each page starts.

    `page_starts` ascends and begins with 0. A format without pages has one page. `tables` ascend and do
    not overlap. `furniture` are the spans, ascending, that belong to the paper and not to the text, such
    as page headers and footers: they are kept in the text and left out of its chunks.
    """

    text: str
    page_starts: tuple[int, ...] = (0,)
    headings: tuple[Heading, ...] = ()
    title: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    tables: tuple[Table, ...] = ()
    furniture: tuple[tuple[int, int], ...] = ()

    def page_at(self, offset: int) -> int:
        """The page, counted from 1, that holds the character at `offset`."""
        return max(1, bisect.bisect_right(self.page_starts, offset))

    @property
    def pages(self) -> int:
        return len(self.page_starts)


@dataclass(frozen=True, slots=True)
class Chunk:
    """The unit we index. Always `parsed.text[start:end] == text`; `heading` is its section's title."""

    start: int
    end: int
    text: str
    page: int
    heading: str | None = None

    @property
    def embedding_text(self) -> str:
        """What the embedder reads: the section's title, then the chunk."""
        return f"{self.heading}\n{self.text}" if self.heading else self.text


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents that are searched together. `revision` counts the committed changes to its content."""

    id: int
    name: str
    embedder: str
    dimension: int
    revision: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Blob:
    """A document's bytes: `sha256` in hex, `size` in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Document:
    """A source somebody gave us, as of its newest version.

    `version` is the newest version accepted; `live_version` the one that is searched (None until the
    first one is searchable). They differ while a new version is on its way, or when it failed.
    """

    id: str
    collection: str
    name: str
    source: str
    version: int
    live_version: int | None
    status: Status
    error: str | None
    sha256: str
    size: int
    media_type: str
    pages: int
    chunks: int
    embedded: int
    accepted_at: datetime
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listing:
    """A part of a collection's documents, as a list shows them.

    `matching` counts those that the filter lets through, `statuses` all of the collection by status;
    `bytes` is the size of the originals of all of them.
    """

    documents: tuple[Document, ...]
    matching: int
    statuses: Mapping[Status, int]
    bytes: int


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What became of a source handed in: a new document, a new version of one, or nothing to do."""

    document: Document
    outcome: Literal["added", "updated", "unchanged"]


@dataclass(frozen=True, slots=True)
class Origin:
    """The request that handed a document in, so that later work for it elsewhere can name it.

    `traceparent` is as W3C Trace Context writes it. Each is empty where it is not known.
    """

    request_id: str = ""
    traceparent: str = ""


NO_ORIGIN = Origin()


@dataclass(frozen=True, slots=True)
class Job:
    """The work of bringing one document version in, as claimed by one worker until its lease ends."""

    version_id: int
    document_id: str
    collection: str
    name: str
    version: int
    sha256: str
    media_type: str
    attempt: int
    worker: str
    status: Status
    """As it was when claimed: `queued` has to be parsed, `searchable` to be embedded."""
    lane: Priority = "interactive"
    owner: str = ""
    origin: Origin = NO_ORIGIN


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """The documents on their way in that stand at `status`, and since when the first of them is."""

    status: Status
    documents: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class JobState:
    """The work on a document's newest version. A job's id is its document's.

    `why` says in a sentence what it is at, what it waits for or what ended it. Owners of a lane take turns.
    `attempts` are claims without progress since, `troubles` failures that were not the document's fault
    (`trouble` is the last one), `seconds` the time that workers spent, by stage.
    """

    document_id: str
    collection: str
    name: str
    source: str
    version: int
    status: Status
    why: str
    lane: Priority
    owner: str
    attempts: int
    trouble: str | None
    troubles: int
    not_before: datetime | None
    worker: str | None
    accepted_at: datetime
    searchable_at: datetime | None
    ended_at: datetime | None
    chunks: int
    seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Backlog:
    """Documents accepted and not searchable yet, and those searched by words but not all embedded."""

    unparsed: int
    unembedded: int


@dataclass(frozen=True, slots=True)
class IndexChange:
    """A row of a collection's change log, in commit order of `revision`."""

    revision: int
    version_id: int
    kind: Literal["parsed", "embedded", "removed"]


@dataclass(frozen=True, slots=True)
class Unembedded:
    """A live chunk without a vector of some embedder, as that embedder would read it."""

    key: int
    digest: str
    text: str


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A live chunk as the views see it: its key, the version it belongs to, and what words index."""

    key: int
    version_id: int
    text: str
    heading: str | None
