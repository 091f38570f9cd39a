"""Answers that are kept: in conversations, and in the cache."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from ragapp.types.questions import Answer

Thumbs = Literal["up", "down"]

CLOCK_SKEW = 60.0
"""Seconds by which the clocks of machines that share a cache may differ."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Questions that follow up on each other. `turns` counts those answered; `owner` is a key's id, and
    empty for the person at the machine."""

    id: str
    title: str
    started_at: datetime
    last_at: datetime
    turns: int
    owner: str = ""


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
    that rested on them are empty. `owner` is whose it is, as a conversation's.
    """

    answer: Answer
    collection: str
    asked_at: datetime
    gone: tuple[str, ...]
    feedback: tuple[Feedback, ...]
    owner: str = ""


@dataclass(frozen=True, slots=True)
class AnswerDay:
    """The answers of one day (UTC), in numbers. A figure over no answers is None.

    `supported` is the share of sentences whose citations support them, `median_ms` and `p95_ms` how long
    an answer took, among those that were made and not served from the cache.
    """

    day: date
    answers: int
    refused: int
    cached: int
    supported: float | None
    median_ms: float | None
    p95_ms: float | None


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

    def lives(self, now: float) -> bool:
        """Not expired, and not from a future that a clock since put right has seen."""
        return self.created_at <= now + CLOCK_SKEW and now < self.expires_at

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
