"""The nouns of ragapp: frozen values that every room passes around. No I/O here."""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""One unit-length embedding a row: shape (n, dimension)."""

Ranking = tuple[tuple[int, float], ...]
"""(chunk key, score) pairs, best first. Scores of different rankings are not comparable."""

SearchMode = Literal["hybrid", "dense", "words"]
AskMode = Literal["auto", "extractive", "generate"]
AnswerMode = Literal["extractive", "generate"]
Verdict = Literal["supported", "partial", "unsupported"]
Status = Literal["queued", "parsing", "searchable", "ready", "failed"]
RewrittenBy = Literal["nobody", "rules", "generator", "caller"]
"""Who made the question stand alone; `nobody` when it is searched for as it was asked."""
Thumbs = Literal["up", "down"]
Lane = Literal["interactive", "batch"]
"""Somebody waits for it, or nobody does: interactive work goes first."""
CacheStatus = Literal["miss", "exact", "semantic", "bypass"]


# -- A document's way -----------------------------------------------------------------------------


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
class Acceptance:
    """What became of a source handed in: a new document, a new version of one, or nothing to do."""

    document: Document
    outcome: Literal["added", "updated", "unchanged"]


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
    lane: Lane = "interactive"
    owner: str = ""


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
    lane: Lane
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
class Change:
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


# -- A question's way -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ranks:
    """The places, counted from 1, that a hit took in each leg; None where the leg did not find it."""

    dense: int | None = None
    words: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that a query found. `start` and `end` are offsets into its document version's text."""

    chunk_id: str
    document_id: str
    document_name: str
    version: int
    page: int
    start: int
    end: int
    text: str
    heading: str | None
    score: float
    ranks: Ranks = Ranks()


@dataclass(frozen=True, slots=True)
class SearchResult:
    query: str
    collection: str
    hits: tuple[Hit, ...]
    timings_ms: Mapping[str, float]
    fusion: str | None = None
    """How the legs were fused; None when one alone was asked."""


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of a conversation, as it was searched for, and what was answered."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Citation:
    """`[number]` in an answer, bound to a span: `quote` is that version's `text[start:end]`."""

    number: int
    document_id: str
    document_name: str
    version: int
    page: int
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer, without its markers; `citations` are the numbers that support it."""

    text: str
    verdict: Verdict
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CacheDecision:
    status: CacheStatus
    why: str
    similarity: float | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """How an answer came about, beside what its other fields tell."""

    rewritten_by: RewrittenBy = "nobody"
    fusion: str | None = None
    prompt_version: str | None = None
    """Of the prompt that a model was given; None when none was asked to write."""
    shown: tuple[int, ...] = ()
    """The places of the hits, counted from 1, that the model was shown."""
    dropped: tuple[str, ...] = ()
    """What was left out of what the model wrote, and why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader gets. When `refused`, `answer` says so and there are no citations."""

    question: str
    standalone_question: str
    answer: str
    refused: bool
    mode: AnswerMode
    model: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    cache: CacheDecision
    timings_ms: Mapping[str, float]
    answer_id: str
    notice: str | None = None
    """Something the reader should know, such as that part of the collection is not embedded yet."""
    trace: Trace = Trace()
    conversation_id: str | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """Questions that follow up on each other. `turns` counts those answered."""

    id: str
    title: str
    started_at: datetime
    last_at: datetime
    turns: int


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a reader says of an answer: at least one of the three."""

    thumbs: Thumbs | None = None
    correction: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer as it was given, without what has been deleted since.

    `gone` are the ids of documents it read that were deleted or changed: their quotes and the sentences
    that rested on them are empty.
    """

    answer: Answer
    collection: str
    asked_at: datetime
    gone: tuple[str, ...]
    feedback: tuple[Feedback, ...]


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """An answer kept for later.

    `id` names the question and its circumstances, `partition` the circumstances alone: collection,
    rights, models, settings. `answer` carries no hits; `evidence` are the ids of the chunks that it cites,
    and `revision` is the collection's from before they were found. `seconds` and `tokens` are what making
    it cost; the times are seconds since the epoch.
    """

    id: str
    partition: str
    collection: str
    question: str
    answer: Answer
    evidence: tuple[str, ...]
    revision: int
    seconds: float
    tokens: int
    created_at: float
    expires_at: float

    @property
    def documents(self) -> frozenset[str]:
        """The ids of the documents that the answer cites."""
        return frozenset(citation.document_id for citation in self.answer.citations)


@dataclass(frozen=True, slots=True)
class CacheUsage:
    """What a cache store holds now. The times are seconds since the epoch."""

    entries: int
    bytes: int
    oldest: float | None
    newest: float | None


@dataclass(frozen=True, slots=True)
class CacheStats:
    """What `ragapp cache stats` tells.

    `saved_seconds` and `saved_tokens` are what making the answers served from the cache had cost. An
    audit makes an answer again that a similar question got from the cache; `wrong_upper_95` bounds the
    share that came out otherwise. `semantic_off` says why only exact questions are served, if so.
    """

    store: str
    hits: Mapping[str, int]
    misses: Mapping[str, int]
    hit_rate: float
    saved_seconds: float
    saved_tokens: int
    entries: int
    bytes: int
    oldest_age_seconds: float | None
    newest_age_seconds: float | None
    audited: int
    audited_wrong: int
    wrong_upper_95: float
    semantic_off: str | None


@dataclass(frozen=True, slots=True)
class AskEvent:
    """A piece of a streamed answer: first the evidence, then tokens if a model writes, then the answer.

    `answer` is set for `evidence` (the extractive answer, at once) and `answer` (the final one);
    `text` for `token`.
    """

    kind: Literal["evidence", "token", "answer"]
    text: str = ""
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class DoctorReport:
    ok: bool
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class ModelNames:
    """The models in use, for people. `generator_unavailable` says why none writes just now, if so."""

    embedder: str
    reranker: str | None
    generator: str
    generator_unavailable: str | None = None
