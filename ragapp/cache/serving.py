"""A kept answer as it is given to those who ask today."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from time import perf_counter
from uuid import uuid4

from ragapp.cache.asked import Asked
from ragapp.types import Answer, AskEvent, CacheDecision, CacheEntry, Trace


def served_today(asked: Asked, decision: CacheDecision, entry: CacheEntry, started: float) -> Answer:
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
