"""Search results, answers and their parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

Ranking = tuple[tuple[int, float], ...]
"""(chunk key, score) pairs, best first. Scores of different rankings are not comparable."""
SearchMode = Literal["hybrid", "dense", "words"]
AskMode = Literal["auto", "extractive", "generate"]
AnswerMode = Literal["extractive", "generate"]
Verdict = Literal["supported", "partial", "unsupported", "no_claim"]
"""`no_claim`: a heading, a lead-in or a courtesy, which needs no support."""
RewrittenBy = Literal["nobody", "rules", "generator", "caller"]
"""Who rewrote the question so that it stands alone; `nobody` when it was searched for as asked."""
Ending = Literal["complete", "length", "filtered", "interrupted", "stopped"]
"""How a model's text ended: complete, at its token limit, withheld by the server's content filter, or without
a statement by the server that it was complete. A `stopped` answer is the evidence alone: its reader left, or
generation failed."""
CacheStatus = Literal["miss", "exact", "semantic", "bypass"]


LIBRARY_MODEL: Final = "library"
"""The name of the model of an answer that comes from the documents' properties in the database."""


@dataclass(frozen=True, slots=True)
class Ranks:
    """The rank of a hit, counted from 1, in the dense and the keyword ranking; None if it was not found."""

    dense: int | None = None
    words: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that a search returned. `start` and `end` are offsets into its document version's text."""

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
    title: str | None = None
    """The document's own title, if it has one."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    query: str
    collection: str
    hits: tuple[Hit, ...]
    timings_ms: Mapping[str, float]
    fusion: str | None = None
    """How the rankings were fused; None when only one retriever was queried."""


@dataclass(frozen=True, slots=True)
class SearchedQuestion:
    """A question with the result of the search for it: what the cache and the answerer start from.

    `question` is as the user put it and `result.query` is its standalone form, which was searched for.
    `notice` is something the reader should know whatever the answer is. The documents are quoted from the
    first `quoted` hits; the others are found for a model that reads more.
    """

    question: str
    result: SearchResult
    rewritten_by: RewrittenBy = "nobody"
    conversation_id: str | None = None
    notice: str | None = None
    quoted: int | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of a conversation, in its standalone form, and its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class CitedCell:
    """A cell of a table that a citation quotes.

    `row` and `column` are its heads in words, `value` is what is printed, without marks of footnotes, and
    `start` and `end` are offsets in the text of the document version.
    """

    row: str
    column: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered reference from an answer to a span of a document.

    `quote` is `text[start:end]` of the given `version`. `cells` are the table cells that it quotes.
    """

    number: int
    document_id: str
    document_name: str
    version: int
    page: int
    start: int
    end: int
    quote: str
    cells: tuple[CitedCell, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer without its markers; `citations` are the numbers of what supports it.

    `highlight` holds the characters of `text` that answer the question by themselves, if any do. `answers`,
    from 0 to 1, is how likely a quoted sentence answers the question; None where that was not judged.
    `formula` is how a number was computed from the cells that the citations quote: "2 + 3 = 5".
    """

    text: str
    verdict: Verdict
    citations: tuple[int, ...]
    highlight: tuple[int, int] | None = None
    answers: float | None = None
    formula: str | None = None


@dataclass(frozen=True, slots=True)
class CacheDecision:
    status: CacheStatus
    why: str
    similarity: float | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """How an answer came about: what its other fields do not say."""

    rewritten_by: RewrittenBy = "nobody"
    fusion: str | None = None
    prompt_version: str | None = None
    """The version of the prompt; None when no generator was called."""
    shown: tuple[int, ...] = ()
    """The ranks of the hits in the prompt, counted from 1."""
    dropped: tuple[str, ...] = ()
    """What was removed from the generated text, and why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question. When `refused`, `answer` says so and there are no citations."""

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
    """Something the reader should know, for instance that part of the collection is not embedded yet."""
    trace: Trace = Trace()
    conversation_id: str | None = None
    ending: Ending = "complete"
    """Anything else means that the text is cut off, as `notice` says. Such an answer is never cached."""
    draft: str = ""
    """The unchecked text that a model had written when the answer was stopped."""
    nearest: tuple[Citation, ...] = ()
    """Of a refusal: the sentences that come closest to an answer, best first, although they do not answer."""


@dataclass(frozen=True, slots=True)
class AskEvent:
    """An event of a streamed answer: first the evidence, then tokens if a model generates, then the answer.

    `answer` is set for `evidence` (the extractive answer, at once) and `answer` (the final one);
    `text` for `token`.
    """

    kind: Literal["evidence", "token", "answer"]
    text: str = ""
    answer: Answer | None = None


def final_answer(events: Iterable[AskEvent]) -> Answer:
    """The answer, which the last event carries. Consumes the events."""
    *_, last = events
    assert last.answer is not None, "a stream of events ends with the answer"
    return last.answer
