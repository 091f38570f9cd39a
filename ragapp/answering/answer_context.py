"""What all answers to one question share: the question, its hits, the trace and the timings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from uuid import uuid4

from ragapp.answering.followups import is_complete, without_added_topic
from ragapp.answering.generator_chain import EXTRACTIVE
from ragapp.answering.passages import Passage
from ragapp.answering.prompt import DO_NOT_SAY, PROMPT_VERSION
from ragapp.answering.statements import Evidence, PageAt, Statement, cited, numbered, written
from ragapp.types import Answer, AnswerMode, CacheDecision, Ending, SearchedQuestion, Trace


@dataclass
class AnswerContext:
    """The state of answering one question. Its extractive and its generated answer share id and trace."""

    searched: SearchedQuestion
    cache: CacheDecision
    notice: str | None = None
    shown: tuple[int, ...] | None = None
    """The ranks of the hits in the prompt; None when no generator was called."""
    dropped: tuple[str, ...] = ()
    answer_id: str = field(default_factory=lambda: uuid4().hex)
    timings_ms: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=perf_counter)

    @property
    def core_question(self) -> str:
        """What the documents must cover: the question without a topic that the rules added to it."""
        if self.searched.rewritten_by == "rules":
            return without_added_topic(self.searched.question, self.searched.result.query)
        return self.searched.result.query

    @property
    def reading_question(self) -> str:
        """The question that sentences are ranked for.

        A topic that was added to a question that is complete by itself only helps the search.
        """
        question = self.searched.question
        added = self.searched.rewritten_by == "rules" and self.core_question == question
        return question if added and is_complete(question) else self.searched.result.query

    def record_time(self, step: str, since: float) -> None:
        """Records the milliseconds since `since`, a reading of perf_counter."""
        self.timings_ms[step] = (perf_counter() - since) * 1000

    def build_answer(
        self,
        statements: Sequence[Statement],
        passages: Sequence[Passage],
        page_at: PageAt,
        *,
        mode: AnswerMode = "extractive",
        model: str = EXTRACTIVE,
        notices: Sequence[str | None] = (),
        ending: Ending = "complete",
        nearest: Sequence[Evidence] = (),
    ) -> Answer:
        """The answer that consists of the statements; a refusal, with the `nearest` spans, when there are
        none.
        """
        sentences, citations = numbered(statements, page_at)
        return Answer(
            question=self.searched.question,
            standalone_question=self.searched.result.query,
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
            notice=joined_notices(self.notice, *notices),
            trace=self._trace(),
            conversation_id=self.searched.conversation_id,
            ending=ending,
            nearest=() if statements else cited(nearest, page_at),
        )

    def with_latest_trace(self, answer: Answer) -> Answer:
        """The answer with the trace and the timings as they are now."""
        return replace(answer, trace=self._trace(), timings_ms=self._timings())

    def _trace(self) -> Trace:
        return Trace(
            rewritten_by=self.searched.rewritten_by,
            fusion=self.searched.result.fusion,
            prompt_version=None if self.shown is None else PROMPT_VERSION,
            shown=self.shown or (),
            dropped=self.dropped,
        )

    def _timings(self) -> dict[str, float]:
        retrieve = self.searched.result.timings_ms.get("total", 0.0)
        spent = (perf_counter() - self.started) * 1000
        return {"retrieve": retrieve, **self.timings_ms, "total": retrieve + spent}


def joined_notices(*notices: str | None) -> str | None:
    """The notices as one text; None when there are none."""
    return " ".join(notice for notice in notices if notice) or None
