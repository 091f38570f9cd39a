"""A question's way: what is searched, found, cited and answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Ranking = tuple[tuple[int, float], ...]
"""(chunk key, score) pairs, best first. Scores of different rankings are not comparable."""
SearchMode = Literal["hybrid", "dense", "words"]
AskMode = Literal["auto", "extractive", "generate"]
AnswerMode = Literal["extractive", "generate"]
Verdict = Literal["supported", "partial", "unsupported", "no_claim"]
"""`no_claim`: a heading, a lead-in or a pleasantry, which nothing has to support."""
RewrittenBy = Literal["nobody", "rules", "generator", "caller"]
"""Who made the question stand alone; `nobody` when it is searched for as it was asked."""
Ending = Literal["complete", "length", "filtered", "interrupted", "stopped"]
"""How a model's text ended: by itself, at a limit of tokens, withheld by its server's filter, or without its
server saying that this was all. A `stopped` answer is the evidence alone: its reader left, or it failed."""
CacheStatus = Literal["miss", "exact", "semantic", "bypass"]


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
    ending: Ending = "complete"
    """Anything else: what a model wrote is cut off, as `notice` says. Such an answer is never kept."""
    draft: str = ""
    """Of an answer that was stopped: what a model had written by then, which nobody has checked."""


@dataclass(frozen=True, slots=True)
class AskEvent:
    """A piece of a streamed answer: first the evidence, then tokens if a model writes, then the answer.

    `answer` is set for `evidence` (the extractive answer, at once) and `answer` (the final one);
    `text` for `token`.
    """

    kind: Literal["evidence", "token", "answer"]
    text: str = ""
    answer: Answer | None = None
