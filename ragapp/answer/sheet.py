"""One question on its way to an answer: what all its answers have in common, and its clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter
from uuid import uuid4

from ragapp.answer.passages import Passage
from ragapp.answer.prompt import DO_NOT_SAY
from ragapp.answer.statements import PageAt, Statement, numbered, written
from ragapp.types import Answer, AnswerMode, CacheDecision, SearchResult

EXTRACTIVE = "extractive"
"""The model's name when the documents' own sentences answer."""


@dataclass(frozen=True)
class Sheet:
    """The extractive and the generated answer to one question share its id, hits and timings."""

    question: str
    result: SearchResult
    cache: CacheDecision
    answer_id: str = field(default_factory=lambda: uuid4().hex)
    timings_ms: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=perf_counter)

    def timed(self, step: str, since: float) -> None:
        """Notes the milliseconds from `since`, a reading of perf_counter, until now."""
        self.timings_ms[step] = (perf_counter() - since) * 1000

    def filled(
        self,
        statements: Sequence[Statement],
        passages: Sequence[Passage],
        page_at: PageAt,
        *,
        mode: AnswerMode = "extractive",
        model: str = EXTRACTIVE,
        notice: str | None = None,
    ) -> Answer:
        """The answer that the statements make; without any, a refusal."""
        sentences, citations = numbered(statements, page_at)
        return Answer(
            question=self.question,
            standalone_question=self.result.query,
            answer=written(statements, sentences) or DO_NOT_SAY,
            refused=not statements,
            mode=mode,
            model=model,
            sentences=sentences,
            citations=citations,
            hits=tuple(passage.hit for passage in passages),
            cache=self.cache,
            timings_ms=self._timings(),
            answer_id=self.answer_id,
            notice=notice,
        )

    def _timings(self) -> dict[str, float]:
        retrieve = self.result.timings_ms.get("total", 0.0)
        spent = (perf_counter() - self.started) * 1000
        return {"retrieve": retrieve, **self.timings_ms, "total": retrieve + spent}
