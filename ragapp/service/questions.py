"""Operations that search and ask. `ask` is the path of a question: rewrite, search, look up in the cache or
answer, store."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from functools import partial

from ragapp.answering.followups import is_complete
from ragapp.answering.generated_text import generate_text
from ragapp.answering.generator_chain import EXTRACTIVE
from ragapp.answering.prompt import PROMPT_VERSION
from ragapp.answering.rewriting import RewrittenQuestion
from ragapp.answering.small_talk import small_talk_answer
from ragapp.cache.answer_cache import AnswerCache
from ragapp.cache.cache_key import CacheKey, Circumstances
from ragapp.cache.entries import replayed
from ragapp.errors import ModelError, UsageError
from ragapp.protocols import EvaluationService
from ragapp.service.collections import CollectionService
from ragapp.service.gap_notices import with_gap_notice
from ragapp.types import (
    LOCAL_ASKER,
    Asker,
    AskEvent,
    AskMode,
    AskQuery,
    CacheDecision,
    Collection,
    DocumentQuery,
    Evaluation,
    SearchedQuestion,
    SearchQuery,
    SearchResult,
    Task,
)

log = logging.getLogger(__name__)

CACHE_OFF = CacheDecision("bypass", "The cache is switched off.")
CACHE_NOT_USED = CacheDecision("bypass", "The question was asked without the cache.")


class QuestionService(CollectionService):
    def search(self, query: SearchQuery) -> SearchResult:
        """The `k` best chunks of a collection.

        Raises UsageError, NotFoundError, ModelError, EmbedderMismatch.
        """
        collection = self.collection(query.collection)
        retriever = self._retriever.get()
        with self._observer.searching(collection.name) as found:
            return found(retriever.search(collection, query))

    def ask(self, query: AskQuery, asker: Asker = LOCAL_ASKER) -> Generator[AskEvent, None, None]:
        """Answers a question as a stream of events, the last of which is the complete answer.

        The search is done at once, and raises as `search` does; the answer is produced while the caller
        iterates over the events. A cached answer is served when question and evidence are the same, and only
        to askers of the same scope. Small talk gets its reply without being searched, counted or stored.
        """
        collection = self.collection(query.collection)
        if query.model == EXTRACTIVE:
            query = replace(query, model=None, mode="extractive")
        small_talk = small_talk_answer(query)
        if small_talk is not None:
            return replayed(small_talk)
        rewritten = self._rewritten(query)
        k = max(query.k, self._answerer.hits_to_find(query.mode, query.model))
        search = SearchQuery(rewritten.question, collection.name, k, filters=query.filters)
        # A topic that the rules added to a complete question helps to search, but names no document.
        naming = query.question if rewritten.by == "rules" and is_complete(query.question) else None
        notice = self._notice(collection)
        retriever = self._retriever.get()
        with self._observer.searching(collection.name) as found:
            result = found(retriever.search(collection, search, naming))
        searched = SearchedQuestion(
            query.question, result, rewritten.by, query.conversation_id, notice, quoted=query.k
        )
        return self._recorded(self._answered(searched, query, collection, asker), collection, asker)

    def write(
        self, system: str, prompt: str, *, collection: str, mode: AskMode = "auto", max_tokens: int = 256
    ) -> str | None:
        """The generator's reply to a prompt that is not a question to the documents; None if there is none.

        The reply is not checked, cached or stored. `mode` is as in `ask`. Raises NotFoundError.
        """
        self.collection(collection)
        for generator in self._generators.in_order(mode):
            try:
                generated = generate_text(generator, system, prompt, max_tokens)
            except ModelError as error:
                log.info("A prompt without documents was not answered: %s", error)
                continue
            return generated.text.strip() if generated.ending == "complete" else None
        return None

    def start_evaluation(self, evaluation: Evaluation) -> Task:
        """Runs an evaluation as a background task. Raises NotFoundError, UsageError, StorageError."""
        return self.tasks.start(self.evals.order(evaluation))

    def generate_questions(self, collection: str, name: str, count: int) -> Task:
        """Generates a question set from a collection, as a background task.

        Raises NotFoundError, UsageError, ConflictError.
        """
        return self.tasks.start(self.evals.order_questions(self.collection(collection).name, name, count))

    @property
    def cache(self) -> AnswerCache:
        """The answer cache. Raises UsageError when it is switched off."""
        if self._cache is None:
            raise UsageError("The cache is switched off. Set RAGAPP_CACHE to `true` to use it.")
        return self._cache

    @property
    def evals(self) -> EvaluationService:
        """The evaluation service. Raises UsageError in a program without one."""
        if self._evals is None:
            raise UsageError("Evaluations are offered by `ragapp serve`. Elsewhere run `ragapp eval`.")
        return self._evals.get()

    def _rewritten(self, query: AskQuery) -> RewrittenQuestion:
        """The question as one that stands alone."""
        turns = query.history
        if query.conversation_id is not None:
            turns = tuple(self.history.turns(query.conversation_id))
        return self._rewriter.rewrite(query.question, turns, query.standalone_question)

    def _answered(
        self, searched: SearchedQuestion, query: AskQuery, collection: Collection, asker: Asker
    ) -> Generator[AskEvent, None, None]:
        """The cached answer, or a new one."""
        answer = partial(self._answerer.answer, searched, query.mode, model=query.model)
        if self._cache is None:
            return answer(CACHE_OFF)
        if not query.use_cache:
            return answer(CACHE_NOT_USED)
        key = CacheKey(searched, collection, self._circumstances(query, collection, asker))
        return self._cache.answer(key, answer)

    def _circumstances(self, query: AskQuery, collection: Collection, asker: Asker) -> Circumstances:
        generators = self._generators.choose(query.model).in_order(query.mode)
        return Circumstances(
            collections=(collection.id,),
            scope=asker.scope,
            embedder=collection.embedder,
            generator=generators[0].name if generators else None,
            prompt=PROMPT_VERSION,
            settings=self._answer_settings,
            mode=query.mode,
            k=query.k,
            filters=tuple(sorted(query.filters.items())),
        )

    def _recorded(
        self, events: Generator[AskEvent, None, None], collection: Collection, asker: Asker
    ) -> Generator[AskEvent, None, None]:
        """The same events, with notices of what was not read.

        The answer is reported to the observer and stored before it is passed on.
        In a conversation, an exchange that ends without an answer is stored as far as it came: because the
        events were closed, or because of an error.
        """
        evidence, draft, complete = None, "", False
        try:
            with closing(events):
                for event in map(partial(self._with_gap_notice, collection), events):
                    if event.kind == "answer" and event.answer is not None:
                        self._observer.answered(event.answer)
                        complete = True
                        stored = self.history.save(event.answer, collection.id, asker.owner)
                        yield replace(event, answer=stored)
                        continue
                    evidence = event.answer or evidence
                    draft += event.text
                    yield event
        finally:
            if evidence is not None and not complete:
                self.history.save_stopped(evidence, draft, collection.id, asker.owner)

    def _with_gap_notice(self, collection: Collection, event: AskEvent) -> AskEvent:
        if event.answer is None:
            return event
        listed = DocumentQuery(collection.name, count=1)
        told = with_gap_notice(
            event.answer, self._store.reading_gaps, lambda: self._store.listing(listed).with_gaps
        )
        return replace(event, answer=told)

    def _notice(self, collection: Collection) -> str | None:
        backlog = self._store.backlog(collection.id)
        if backlog.unparsed:
            return f"{_documents(backlog.unparsed)} still being read and not yet searched."
        if backlog.unembedded:
            return f"{_documents(backlog.unembedded)} found by keywords only until all passages are embedded."
        return None


def _documents(count: int) -> str:
    return "1 document is" if count == 1 else f"{count} documents are"
