"""From search hits to an answer: sentences of the documents at once, then a generated and checked answer."""

from __future__ import annotations

from collections.abc import Generator as Coroutine
from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter

from ragapp.answering.answer_context import AnswerContext, joined_notices
from ragapp.answering.attribution import Support
from ragapp.answering.budget import GenerationLimits, fit_budget
from ragapp.answering.draft_check import check_draft
from ragapp.answering.extractive import Extractor
from ragapp.answering.generated_text import CUT_OFF
from ragapp.answering.generation import Draft, GenerationStep
from ragapp.answering.generator_chain import GeneratorChain
from ragapp.answering.library import LibraryAnswers
from ragapp.answering.passages import Passage, SpanOf, number_hits
from ragapp.answering.statements import PageAt
from ragapp.errors import ModelError, NotFoundError
from ragapp.protocols import Generator, profile_of
from ragapp.types import LIBRARY_MODEL, Answer, AskEvent, AskMode, CacheDecision, Hit, SearchedQuestion

FRESH_SECONDS = 0.5
"""Hits older than this are checked again before they are shown, which costs a database query for each."""

NO_CACHE = CacheDecision("bypass", "There is no cache yet.")
NOT_MENTIONED = "The passages that were found do not mention “{}”."
NOTHING_SUPPORTED = "The documents support nothing of what the model wrote."


class Answerer:
    """Answers a question from its hits. Safe to share between threads when its generators are.

    `page_at` and `span_of` read a document version and raise NotFoundError once it is deleted. `strict` drops
    sentences that are not fully supported; otherwise they are marked. `support` compares by meaning what
    differs in its words. `extractor` finds the answer in the documents' own words; by default by shared words
    alone. `library` answers questions about the documents themselves; without it, these are looked up in
    their text.
    """

    def __init__(
        self,
        generators: GeneratorChain,
        extractor: Extractor | None = None,
        *,
        page_at: PageAt,
        span_of: SpanOf,
        limits: GenerationLimits | None = None,
        strict: bool = False,
        support: Support | None = None,
        library: LibraryAnswers | None = None,
    ) -> None:
        self._generators = generators
        self._extractor = extractor or Extractor()
        self._page_at = page_at
        self._limits = limits or GenerationLimits()
        self._generation = GenerationStep(span_of, self._limits)
        self._strict = strict
        self._support = support
        self._library = library

    def hits_to_find(self, mode: AskMode, model: str | None = None) -> int:
        """How many hits the generator that would answer now can read; 0 when none would.

        Raises UsageError for an unknown `model`.
        """
        generators = self._generators.choose(model).in_order(mode)
        return fit_budget(profile_of(generators[0]), self._limits).hits if generators else 0

    def answer(
        self,
        searched: SearchedQuestion,
        mode: AskMode = "auto",
        cache: CacheDecision = NO_CACHE,
        *,
        model: str | None = None,
    ) -> Coroutine[AskEvent, None, None]:
        """One `evidence` event, then `token` events if a model generates, then one `answer` event.

        Raises ModelError at once when `mode` is `generate` and no generator is available. When a generator
        fails later, or the documents support nothing that it wrote, the extractive answer stands with a
        notice. `model` names the only generator that may write.
        """
        generators, unavailable = self._generators.choose(model).available(mode)
        context = AnswerContext(searched, cache, joined_notices(searched.notice, unavailable))
        return self._events(context, generators)

    def _events(
        self, context: AnswerContext, generators: Sequence[Generator]
    ) -> Coroutine[AskEvent, None, None]:
        about_library = self._about_library(context)
        if about_library is not None:
            yield AskEvent("evidence", answer=about_library)
            yield AskEvent("answer", answer=about_library)
            return
        evidence = self._extract(context, self._found(context))
        yield AskEvent("evidence", answer=evidence)
        if not generators or not evidence.hits:
            yield AskEvent("answer", answer=evidence)
            return
        try:
            hits = (*evidence.hits, *(passage.hit for passage in self._unquoted(context)))
            draft = yield from self._generation.run(context, hits, generators)
        except ModelError as error:
            failure = f"The documents are quoted because the model failed: {error}"
            answer = self._extract(context, self._live_quoted(context), failure)
        else:
            answer = self._check(context, draft)
        yield AskEvent("answer", answer=answer)

    def _about_library(self, context: AnswerContext) -> Answer | None:
        """The answer from the documents' properties, which no model writes; None for other questions."""
        result = context.searched.result
        if self._library is None:
            return None
        found = self._library.answer(context.reading_question, result.collection)
        if found is None:
            return None
        return context.build_answer(
            found.statements,
            number_hits(result.hits),
            self._page_at,
            model=LIBRARY_MODEL,
            notices=(found.notice,),
        )

    def _found(self, context: AnswerContext) -> Sequence[Passage]:
        """The hits that the search returned.

        Deleted ones are left out when the search was some time ago because another request was generating the
        answer to the same question.
        """
        fresh = perf_counter() - context.started < FRESH_SECONDS
        return number_hits(_quoted(context)) if fresh else self._live_quoted(context)

    def _extract(self, context: AnswerContext, passages: Sequence[Passage], *notices: str) -> Answer:
        """The extractive answer. Passages that turn out to be deleted when they are cited are left out."""
        started = perf_counter()
        try:
            found = self._extractor.extract(context.reading_question, context.core_question, passages)
            context.record_time("extractive", started)
            missing = None if found.missing is None else NOT_MENTIONED.format(found.missing)
            return context.build_answer(
                found.statements,
                passages,
                self._page_at,
                notices=(*notices, missing, found.reason),
                nearest=found.nearest,
            )
        except NotFoundError:
            live = self._live(passages)
            if len(live) == len(passages):
                raise
            return self._extract(context, live, *notices)

    def _check(self, context: AnswerContext, draft: Draft) -> Answer:
        """The draft with each sentence attributed to what supports it; or else the extractive answer."""
        extracted = self._extract(context, self._live_quoted(context))
        started = perf_counter()
        checked = check_draft(
            draft.text,
            self._live(draft.prompt.passages),
            strict=self._strict,
            refused=extracted.refused,
            by_cells=self._extractor.by_cells,
            support=self._support,
        )
        context.dropped = checked.dropped
        context.record_time("verify", started)
        cut_off = CUT_OFF.get(draft.ending)
        if checked.rejected:
            answer = context.with_latest_trace(extracted)
            return replace(answer, notice=joined_notices(answer.notice, checked.rejected, cut_off))
        emptied = NOTHING_SUPPORTED if checked.dropped and not checked.statements else None
        return context.build_answer(
            checked.statements,
            self._live(number_hits(context.searched.result.hits)),
            self._page_at,
            mode="generate",
            model=draft.model,
            notices=(emptied, cut_off),
            ending=draft.ending,
        )

    def _live_quoted(self, context: AnswerContext) -> list[Passage]:
        return self._live(number_hits(_quoted(context)))

    def _unquoted(self, context: AnswerContext) -> list[Passage]:
        """The hits that only a model reads."""
        return self._live(number_hits(context.searched.result.hits[len(_quoted(context)) :]))

    def _live(self, passages: Sequence[Passage]) -> list[Passage]:
        """Those whose document version still exists: some may be deleted while a model generates."""
        return [passage for passage in passages if self._is_live(passage)]

    def _is_live(self, passage: Passage) -> bool:
        try:
            self._page_at(passage.hit.document_id, passage.hit.version, passage.hit.start)
        except NotFoundError:
            return False
        return True


def _quoted(context: AnswerContext) -> Sequence[Hit]:
    """The hits that the documents are quoted from."""
    return context.searched.result.hits[: context.searched.quoted]
