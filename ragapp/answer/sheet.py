"""One question on its way to an answer: what all its answers have in common, and its clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from uuid import uuid4

from ragapp.answer.followups import is_complete, without_added_topic
from ragapp.answer.passages import Passage
from ragapp.answer.prompt import DO_NOT_SAY, PROMPT_VERSION
from ragapp.answer.statements import PageAt, Statement, numbered, written
from ragapp.types import Answer, AnswerMode, CacheDecision, Ending, RewrittenBy, SearchResult, Trace

EXTRACTIVE = "extractive"
"""The model's name when the documents' own sentences answer."""


@dataclass
class Sheet:
    """The extractive and the generated answer to one question share its id, hits, trace and timings."""

    question: str
    result: SearchResult
    cache: CacheDecision
    rewritten_by: RewrittenBy = "nobody"
    conversation_id: str | None = None
    shown: tuple[int, ...] | None = None
    """The places of the hits that a model was shown; None when none was asked."""
    dropped: tuple[str, ...] = ()
    answer_id: str = field(default_factory=lambda: uuid4().hex)
    timings_ms: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=perf_counter)

    @property
    def asked(self) -> str:
        """What the documents must speak of: without the topic that the rules put behind a follow-up."""
        if self.rewritten_by == "rules":
            return without_added_topic(self.question, self.result.query)
        return self.result.query

    @property
    def read(self) -> str:
        """The question that sentences are read for: a topic that was added to a complete one only finds."""
        added = self.rewritten_by == "rules" and self.asked == self.question
        return self.question if added and is_complete(self.question) else self.result.query

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
        ending: Ending = "complete",
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
            trace=self._trace(),
            conversation_id=self.conversation_id,
            ending=ending,
        )

    def traced(self, answer: Answer) -> Answer:
        """An answer of this sheet's with what has happened since it was made."""
        return replace(answer, trace=self._trace(), timings_ms=self._timings())

    def _trace(self) -> Trace:
        return Trace(
            rewritten_by=self.rewritten_by,
            fusion=self.result.fusion,
            prompt_version=None if self.shown is None else PROMPT_VERSION,
            shown=self.shown or (),
            dropped=self.dropped,
        )

    def _timings(self) -> dict[str, float]:
        retrieve = self.result.timings_ms.get("total", 0.0)
        spent = (perf_counter() - self.started) * 1000
        return {"retrieve": retrieve, **self.timings_ms, "total": retrieve + spent}
