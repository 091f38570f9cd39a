"""Which answers are worth keeping, and what is kept of them."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from time import perf_counter
from uuid import uuid4

from ragapp.cache.cache_key import CacheKey
from ragapp.cache.validity import cited_chunks
from ragapp.types import Answer, AskEvent, CacheDecision, CacheEntry, Trace

BYTES_PER_TOKEN = 4
"""About what the tokenizers of today's models need for prose in UTF-8; only to say what was saved."""


def why_not_kept(asked: CacheKey, answer: Answer) -> str | None:
    """What speaks against keeping an answer; None when nothing does."""
    if answer.refused or not answer.citations:
        return "it is a refusal"
    if answer.ending != "complete":
        return "it is cut off"
    if cited_chunks(answer.citations, asked.result.hits) is None:
        return "a document it cites was not among the hits"
    if any(sentence.verdict == "unsupported" for sentence in answer.sentences):
        return "one of its sentences is not supported"
    if (answer.model if answer.mode == "generate" else None) != asked.circumstances.writer:
        return "the model that should have written it did not"
    return None


def entry_of(asked: CacheKey, answer: Answer, seconds: float, now: float, keep_seconds: float) -> CacheEntry:
    """`seconds` is what making it took; `now` is in seconds since the epoch."""
    written = answer.mode == "generate"
    return CacheEntry(
        id=asked.entry_id,
        partition=asked.partition,
        collection=asked.collection.name,
        question=asked.result.query,
        answer=replace(answer, hits=(), notice=None, timings_ms={}),
        evidence=cited_chunks(answer.citations, asked.result.hits) or (),
        revision=asked.collection.revision,
        seconds=seconds,
        tokens=len(answer.answer.encode()) // BYTES_PER_TOKEN if written else 0,
        created_at=now,
        expires_at=now + keep_seconds,
    )


def served_today(asked: CacheKey, decision: CacheDecision, entry: CacheEntry, started: float) -> Answer:
    """The kept answer over the hits of today, under an id of its own. `started`: when its look-up began."""
    names = {hit.document_id: hit.document_name for hit in asked.result.hits}  # one may have a new name
    spent, retrieve = (perf_counter() - started) * 1000, asked.result.timings_ms.get("total", 0.0)
    return replace(
        entry.answer,
        question=asked.question,
        standalone_question=asked.result.query,
        citations=tuple(
            replace(citation, document_name=names[citation.document_id])
            for citation in entry.answer.citations
        ),
        hits=asked.result.hits,
        cache=decision,
        timings_ms={"retrieve": retrieve, "cache": spent, "total": retrieve + spent},
        answer_id=uuid4().hex,
        notice=asked.notice,
        trace=Trace(
            rewritten_by=asked.rewritten_by,
            fusion=asked.result.fusion,
            prompt_version=entry.answer.trace.prompt_version,
            dropped=entry.answer.trace.dropped,
        ),
        conversation_id=asked.conversation_id,
    )


def replayed(answer: Answer) -> Generator[AskEvent, None, None]:
    yield AskEvent("evidence", answer=answer)
    yield AskEvent("answer", answer=answer)
