"""Which answers are worth keeping, and what is kept of them."""

from __future__ import annotations

from dataclasses import replace

from ragapp.cache.asked import Asked
from ragapp.cache.evidence import cited_chunks
from ragapp.types import Answer, CacheEntry

BYTES_PER_TOKEN = 4
"""About what the tokenizers of today's models need for prose in UTF-8; only to say what was saved."""


def why_not_kept(asked: Asked, answer: Answer) -> str | None:
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


def entry_of(asked: Asked, answer: Answer, seconds: float, now: float, keep_seconds: float) -> CacheEntry:
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
