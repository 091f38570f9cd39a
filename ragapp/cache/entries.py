"""Cache entries: which answers are stored, what is stored of them, and the answer that one becomes again."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from time import perf_counter
from uuid import uuid4

from ragapp.cache.cache_key import CacheKey
from ragapp.cache.validity import cited_chunks
from ragapp.types import LIBRARY_MODEL, Answer, AskEvent, CacheDecision, CacheEntry, Trace

BYTES_PER_TOKEN = 4
"""The usual size of a token of prose in UTF-8, used only to estimate how many tokens were saved."""


def why_not_stored(key: CacheKey, answer: Answer) -> str | None:
    """Why the answer must not be stored; None when it may be."""
    if answer.model == LIBRARY_MODEL:
        return "it is about the library, which changes with every document"
    if answer.refused or not answer.citations or answer.ending != "complete":
        return "it is a refusal, or is cut off"
    if cited_chunks(answer.citations, key.hits) is None:
        return "a document it cites was not among the hits"
    if any(sentence.verdict == "unsupported" for sentence in answer.sentences):
        return "one of its sentences is not supported"
    if (answer.model if answer.mode == "generate" else None) != key.circumstances.generator:
        return "the model that should have written it did not"
    return None


def new_entry(key: CacheKey, answer: Answer, seconds: float, now: float, keep_seconds: float) -> CacheEntry:
    """Builds a cache entry. `seconds` is the time that generating the answer took, `now` is in seconds since
    the epoch.
    """
    generated = answer.mode == "generate"
    return CacheEntry(
        id=key.entry_id,
        partition=key.partition,
        collection=key.collection.name,
        question=key.query,
        answer=replace(answer, hits=(), notice=None, timings_ms={}),
        evidence=cited_chunks(answer.citations, key.hits) or (),
        revision=key.collection.revision,
        seconds=seconds,
        tokens=len(answer.answer.encode()) // BYTES_PER_TOKEN if generated else 0,
        created_at=now,
        expires_at=now + keep_seconds,
    )


def served_answer(key: CacheKey, decision: CacheDecision, entry: CacheEntry, started: float) -> Answer:
    """The entry's answer with the current hits and a new id. `started`: when the look-up began."""
    searched, result = key.searched, key.searched.result
    names = {hit.document_id: hit.document_name for hit in key.hits}  # a document may have been renamed
    spent, retrieve = (perf_counter() - started) * 1000, result.timings_ms.get("total", 0.0)
    return replace(
        entry.answer,
        question=searched.question,
        standalone_question=key.query,
        citations=tuple(
            replace(citation, document_name=names[citation.document_id])
            for citation in entry.answer.citations
        ),
        hits=key.hits,
        cache=decision,
        timings_ms={"retrieve": retrieve, "cache": spent, "total": retrieve + spent},
        answer_id=uuid4().hex,
        notice=searched.notice,
        trace=Trace(
            rewritten_by=searched.rewritten_by,
            fusion=result.fusion,
            prompt_version=entry.answer.trace.prompt_version,
            dropped=entry.answer.trace.dropped,
        ),
        conversation_id=searched.conversation_id,
    )


def replayed(answer: Answer) -> Generator[AskEvent, None, None]:
    """The events of an answer that is complete from the start."""
    yield AskEvent("evidence", answer=answer)
    yield AskEvent("answer", answer=answer)
