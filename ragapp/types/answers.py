"""Stored answers, conversations, feedback and cache entries."""

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
    """Questions and answers that follow each other.

    `turns` is the number of answers. `owner` is a key's id, and empty for the person at the machine.
    """

    id: str
    title: str
    started_at: datetime
    last_at: datetime
    turns: int
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """A reader's feedback on an answer. At least one of the fields is set."""

    thumbs: Thumbs | None = None
    correction: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer as it was given, without text of documents that were deleted since.

    `gone` lists the ids of cited documents that were deleted or changed: their quotes, and the sentences that
    rested on them, are empty. `owner` is as in a conversation.
    """

    answer: Answer
    collection: str
    asked_at: datetime
    gone: tuple[str, ...]
    feedback: tuple[Feedback, ...]
    owner: str = ""


@dataclass(frozen=True, slots=True)
class AnswerDay:
    """Statistics on the answers of one day (UTC). A figure over no answers is None.

    `supported` is the share of sentences that their citations support. `median_ms` and `p95_ms` are the times
    that answers took, without those served from the cache.
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
    """A cached answer.

    `id` identifies the question with its circumstances, `partition` the circumstances alone: collection,
    rights, models and settings. `answer` has no hits; `evidence` are the ids of the chunks that it cites, and
    `revision` is the collection's revision before the search. `seconds` and `tokens` are what generating it
    cost. Times are in seconds since the epoch.
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
        """Whether the entry has not expired, and was not created in the future by a clock that was wrong."""
        return self.created_at <= now + CLOCK_SKEW and now < self.expires_at

    @property
    def documents(self) -> frozenset[str]:
        """The ids of the documents that the answer cites."""
        return frozenset(citation.document_id for citation in self.answer.citations)


@dataclass(frozen=True, slots=True)
class CacheUsage:
    """The contents of a cache store. Times are in seconds since the epoch."""

    entries: int
    bytes: int
    oldest: float | None
    newest: float | None


@dataclass(frozen=True, slots=True)
class CacheStats:
    """The output of `ragapp cache stats`.

    `saved_seconds` and `saved_tokens` are what generating the served answers had cost. An audit generates an
    answer again that was served for a similar question; `wrong_upper_95` is an upper bound on the share that
    came out differently. `semantic_off` says why only exact questions are served, if so.
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
