"""Hits to answer: the documents' own sentences at once, then what a generator makes of them, checked."""

from __future__ import annotations

from collections.abc import Generator as Coroutine
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from time import perf_counter

from ragapp.answer.checking import check
from ragapp.answer.drafting import Draft, Drafter, Limits
from ragapp.answer.extractive import extract
from ragapp.answer.passages import Passage, number_hits
from ragapp.answer.sheet import Sheet
from ragapp.answer.statements import PageAt
from ragapp.answer.support import SupportModel
from ragapp.answer.widening import SpanOf
from ragapp.answer.writers import Writers
from ragapp.answer.writing import CUT_OFF
from ragapp.errors import ModelError, NotFoundError
from ragapp.protocols import Generator
from ragapp.types import Answer, AskEvent, AskMode, CacheDecision, RewrittenBy, SearchResult

MOMENT = 0.5
"""Seconds after which hits are looked up again before they are shown: that costs a query for each."""

NO_CACHE = CacheDecision("bypass", "There is no cache yet.")
NOTHING_SUPPORTED = "Nothing that the model wrote is supported by the documents."


class Answerer:
    """Answers from hits. Safe to share between threads when its writers are.

    `page_at` and `span_of` read a document version and raise NotFoundError when it is gone. `strict`
    leaves out what is not supported in full, where else it is marked. `support_model` reads whether
    sentences answer; without one, words decide.
    """

    def __init__(
        self,
        writers: Writers,
        *,
        page_at: PageAt,
        span_of: SpanOf,
        limits: Limits | None = None,
        strict: bool = False,
        support_model: SupportModel | None = None,
    ) -> None:
        self._writers = writers
        self._page_at = page_at
        self._drafter = Drafter(span_of, limits or Limits())
        self._strict = strict
        self._support_model = support_model

    def answer(
        self,
        question: str,
        result: SearchResult,
        mode: AskMode = "auto",
        *,
        cache: CacheDecision = NO_CACHE,
        notice: str | None = None,
        rewritten_by: RewrittenBy = "nobody",
        conversation_id: str | None = None,
    ) -> Coroutine[AskEvent, None, None]:
        """One `evidence`, then `token`s if a model writes, then one `answer`.

        Raises ModelError at once when `mode` is `generate` and no generator can write. One that fails
        later, or writes nothing that the documents support, leaves the extractive answer and a notice.
        """
        generators, absence = self._ready(mode)
        sheet = Sheet(question, result, cache, rewritten_by, conversation_id)
        return self._events(sheet, generators, _joined(notice, absence))

    def _ready(self, mode: AskMode) -> tuple[list[Generator], str | None]:
        """Who can write, and when nobody can though somebody should, why not."""
        if mode == "extractive":
            return [], None
        if not self._writers:
            if mode == "generate":
                raise ModelError(
                    "No generator is configured. Set RAGAPP_GENERATOR to `local` or `openai:MODEL`, or ask "
                    "in mode `extractive`."
                )
            return [], None
        generators = self._writers.in_order(mode)
        absence = None if generators else self._writers.unavailable()
        if absence is not None and mode == "generate":
            raise ModelError(f"{absence} Meanwhile ask in mode `extractive`.")
        told = absence and f"The documents are quoted because no model can write now: {absence}"
        return generators, told

    def _events(
        self, sheet: Sheet, generators: Sequence[Generator], notice: str | None
    ) -> Coroutine[AskEvent, None, None]:
        evidence = self._evidence(sheet, notice)
        yield AskEvent("evidence", answer=evidence)
        if not generators or not evidence.hits:
            yield AskEvent("answer", answer=evidence)
            return
        try:
            draft = yield from self._drafter.write(sheet, evidence.hits, generators)
        except ModelError as error:
            failure = f"The documents are quoted because the model failed: {error}"
            answer = self._extracted(sheet, self._live_hits(sheet), _joined(notice, failure))
            yield AskEvent("answer", answer=answer)
            return
        yield AskEvent("answer", answer=self._checked(sheet, draft, notice))

    def _evidence(self, sheet: Sheet, notice: str | None) -> Answer:
        """From what was live a moment ago; from what is left when a cited version is gone already, or when
        somebody else's answer to the same question was waited for."""
        if perf_counter() - sheet.started < MOMENT:
            with suppress(NotFoundError):
                return self._extracted(sheet, number_hits(sheet.result.hits), notice)
        return self._extracted(sheet, self._live_hits(sheet), notice)

    def _extracted(self, sheet: Sheet, passages: Sequence[Passage], notice: str | None) -> Answer:
        """The documents' own sentences. Raises NotFoundError when a version that they cite is gone."""
        started = perf_counter()
        statements = extract(sheet.read, passages, sheet.asked, self._support_model)
        sheet.timed("extractive", started)
        return sheet.filled(statements, passages, self._page_at, notice=notice)

    def _checked(self, sheet: Sheet, draft: Draft, notice: str | None) -> Answer:
        """What was written, each sentence tied to what supports it; or the extractive answer."""
        passages = self._live_hits(sheet)
        extracted = self._extracted(sheet, passages, notice)
        started = perf_counter()
        found = check(
            draft.text, self._live(draft.prompt.passages), strict=self._strict, refused=extracted.refused
        )
        sheet.dropped = found.dropped
        sheet.timed("verify", started)
        cut_off = CUT_OFF.get(draft.ending)
        if found.failing:
            failed = sheet.traced(extracted)
            return replace(failed, notice=_joined(notice, found.failing, cut_off))
        emptied = NOTHING_SUPPORTED if found.dropped and not found.statements else None
        return sheet.filled(
            found.statements,
            passages,
            self._page_at,
            mode="generate",
            model=draft.model,
            notice=_joined(notice, emptied, cut_off),
            ending=draft.ending,
        )

    def _live_hits(self, sheet: Sheet) -> list[Passage]:
        return self._live(number_hits(sheet.result.hits))

    def _live(self, passages: Sequence[Passage]) -> list[Passage]:
        """Those whose document version is still there: a model may write for long enough to lose some."""
        return [passage for passage in passages if self._is_live(passage)]

    def _is_live(self, passage: Passage) -> bool:
        try:
            self._page_at(passage.hit.document_id, passage.hit.version, passage.hit.start)
        except NotFoundError:
            return False
        return True


def _joined(*notices: str | None) -> str | None:
    return " ".join(notice for notice in notices if notice) or None
