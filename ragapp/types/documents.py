"""Documents, their parsed text and chunks, and the jobs that process them."""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from ragapp.types.reading_report import ReadingGap
from ragapp.types.tables import GridCell

if TYPE_CHECKING:  # the client has these types too, and does without numpy
    import numpy as np
    from numpy.typing import NDArray

Vectors: TypeAlias = "NDArray[np.float32]"
"""One unit-length embedding a row: shape (n, dimension)."""
Status = Literal["queued", "parsing", "searchable", "ready", "failed"]
DocumentSort = Literal["accepted", "name", "size", "pages", "status"]
Priority = Literal["interactive", "batch"]
"""Interactive work, for which somebody waits, goes before batch work."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading in a parsed text: its title is `text[start:end]`; level 1 is the highest."""

    level: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table in a parsed text: its rows are `text[start:end]`, one a line.

    `head` names its columns and accompanies every part of it: its caption and its header row on one line, or
    whichever of them it has. `cells` are in reading order, and empty when a parser knows only the lines.
    `caption` is its title, and `introduction` the sentence that announces it.
    """

    start: int
    end: int
    head: str
    cells: tuple[GridCell, ...] = ()
    caption: str = ""
    introduction: str = ""

    def moved(self, by: int) -> Table:
        """The table in a text that has `by` more characters before it."""
        cells = tuple(replace(cell, start=cell.start + by, end=cell.end + by) for cell in self.cells)
        return replace(self, start=self.start + by, end=self.end + by, cells=cells)


@dataclass(frozen=True, slots=True)
class ParsedText:
    """The text of a document, with the character offset at which each page starts.

    `page_starts` ascends and begins with 0. A format without pages has one page. `tables` ascend and do
    not overlap. `boilerplate` are the spans, ascending, of page headers, footers and the like: they
    stay in the text and are left out of its chunks. `gaps` is its reading report: what it holds and the text
    lacks.
    """

    text: str
    page_starts: tuple[int, ...] = (0,)
    headings: tuple[Heading, ...] = ()
    title: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    tables: tuple[Table, ...] = ()
    boilerplate: tuple[tuple[int, int], ...] = ()
    gaps: tuple[ReadingGap, ...] = ()

    def page_at(self, offset: int) -> int:
        """The page, counted from 1, that holds the character at `offset`."""
        return max(1, bisect.bisect_right(self.page_starts, offset))

    @property
    def pages(self) -> int:
        return len(self.page_starts)


@dataclass(frozen=True, slots=True)
class Speech:
    """What is said in a recording from `start` to `end`, in seconds. Both are 0 where times are unknown."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """The unit of the index. Always `parsed.text[start:end] == text`; `heading` is its section's title."""

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
    """Documents that are searched together. `revision` counts the committed changes to its documents."""

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
    """A document as of its newest version.

    `version` is the newest accepted version; `live_version` is the one that is searched (None until the first
    one is searchable). They differ while a new version is being processed, or when it failed. `gaps` is the
    reading report of the newest version.
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
    gaps: tuple[ReadingGap, ...] = ()

    @property
    def status_in_words(self) -> str:
        """The status, which of a `ready` document says whether it was read completely."""
        return "ready with gaps" if self.status == "ready" and self.gaps else self.status


@dataclass(frozen=True, slots=True)
class DocumentLabel:
    """What a live document version is called."""

    version_id: int
    document_id: str
    name: str
    title: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list of a collection's documents.

    `matching` is the number of documents that match the filter, `statuses` counts all documents of the
    collection by status, `with_gaps` are those of them that were not read completely, and `bytes` is the size
    of all originals.
    """

    documents: tuple[Document, ...]
    matching: int
    statuses: Mapping[Status, int]
    bytes: int
    with_gaps: int = 0


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The outcome of an upload: a new document, a new version of one, or nothing to do."""

    document: Document
    outcome: Literal["added", "updated", "unchanged"]


@dataclass(frozen=True, slots=True)
class Origin:
    """The request that uploaded a document, recorded so that later work on it can refer to it.

    `traceparent` is in the format of W3C Trace Context. Each is empty when unknown.
    """

    request_id: str = ""
    traceparent: str = ""


NO_ORIGIN = Origin()


@dataclass(frozen=True, slots=True)
class Job:
    """The processing of one document version, claimed by one worker until its lease expires."""

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
    """The status when it was claimed: `queued` needs parsing, `searchable` needs embedding."""
    lane: Priority = "interactive"
    owner: str = ""
    origin: Origin = NO_ORIGIN


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """The number of unfinished documents with this status, and the age of the oldest."""

    status: Status
    documents: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class JobState:
    """The job of a document's newest version. A job has its document's id.

    `why` says in a sentence what it is doing, what it waits for or why it ended. `lane` is its priority,
    within which owners take turns. `attempts` counts claims since the last progress, `troubles` transient
    failures (`trouble` is the last one); `seconds` is the time that workers spent, by stage.
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
    """The number of documents not searchable yet, and of those searchable but not fully embedded."""

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
    """A live chunk without a vector of some embedder, with the text to embed."""

    key: int
    digest: str
    text: str


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A live chunk as the indexes store it: its key, its version, and the text for keyword search."""

    key: int
    version_id: int
    text: str
    heading: str | None
