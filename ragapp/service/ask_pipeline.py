"""The path of a question: rewrite, search, look up in the cache or answer, store."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from functools import partial

from ragapp.answering.answerer import Answerer
from ragapp.answering.followups import is_complete
from ragapp.answering.generator_chain import EXTRACTIVE, GeneratorChain
from ragapp.answering.history import History
from ragapp.answering.prompt import PROMPT_VERSION
from ragapp.answering.rewriting import Rewriter
from ragapp.answering.small_talk import small_talk_answer
from ragapp.cache.answer_cache import AnswerCache
from ragapp.cache.cache_key import CacheKey, Circumstances
from ragapp.cache.entries import replayed
from ragapp.lazy import Lazy
from ragapp.protocols import Observer
from ragapp.retrieval.retriever import Retriever
from ragapp.types import (
    Asker,
    AskEvent,
    AskQuery,
    CacheDecision,
    Collection,
    SearchedQuestion,
    SearchQuery,
    SearchResult,
)

CACHE_OFF = CacheDecision("bypass", "The cache is switched off.")
CACHE_NOT_USED = CacheDecision("bypass", "The question was asked without the cache.")


class AskPipeline:
    """Answers questions. `settings` encodes all settings that can change an answer."""

    def __init__(
        self,
        *,
        rewriter: Rewriter,
        retriever: Lazy[Retriever],
        cache: AnswerCache | None,
        answerer: Answerer,
        generators: GeneratorChain,
        history: History,
        settings: str,
        observer: Observer,
    ) -> None:
        self._rewriter = rewriter
        self._retriever = retriever
        self._cache = cache
        self._answerer = answerer
        self._generators = generators
        self._history = history
        self._settings = settings
        self._observer = observer

    def search(self, collection: Collection, query: SearchQuery, naming: str | None = None) -> SearchResult:
        """The `k` best chunks, first of the documents that `naming`, by default the query, names.

        Raises UsageError, ModelError, EmbedderMismatch.
        """
        retriever = self._retriever.get()
        with self._observer.searching(collection.name) as found:
            return found(retriever.search(collection, query, naming))

    def ask(
        self, query: AskQuery, collection: Collection, asker: Asker, notice: str | None
    ) -> Generator[AskEvent, None, None]:
        """Searches immediately, and raises the same errors as `search`. The answer is produced while the
        caller iterates over the events.

        Small talk gets its reply without being searched, counted or stored.
        """
        if query.model == EXTRACTIVE:
            query = replace(query, model=None, mode="extractive")
        small_talk = small_talk_answer(query)
        if small_talk is not None:
            return replayed(small_talk)
        searched = self._searched(query, collection, notice)
        answer = partial(self._answerer.answer, searched, query.mode, model=query.model)
        if self._cache is None:
            events = answer(CACHE_OFF)
        elif not query.use_cache:
            events = answer(CACHE_NOT_USED)
        else:
            key = CacheKey(searched, collection, self._circumstances(query, collection, asker))
            events = self._cache.answer(key, answer)
        return self._recorded(events, collection, asker)

    def _searched(self, query: AskQuery, collection: Collection, notice: str | None) -> SearchedQuestion:
        turns = query.history
        if query.conversation_id is not None:
            turns = tuple(self._history.turns(query.conversation_id))
        rewritten = self._rewriter.rewrite(query.question, turns, query.standalone_question)
        k = max(query.k, self._answerer.hits_to_find(query.mode, query.model))
        search = SearchQuery(rewritten.question, collection.name, k, filters=query.filters)
        # A topic that the rules added to a complete question helps to search, but names no document.
        naming = query.question if rewritten.by == "rules" and is_complete(query.question) else None
        result = self.search(collection, search, naming)
        return SearchedQuestion(
            query.question, result, rewritten.by, query.conversation_id, notice, quoted=query.k
        )

    def _circumstances(self, query: AskQuery, collection: Collection, asker: Asker) -> Circumstances:
        generators = self._generators.choose(query.model).in_order(query.mode)
        return Circumstances(
            collections=(collection.id,),
            scope=asker.scope,
            embedder=collection.embedder,
            generator=generators[0].name if generators else None,
            prompt=PROMPT_VERSION,
            settings=self._settings,
            mode=query.mode,
            k=query.k,
            filters=tuple(sorted(query.filters.items())),
        )

    def _recorded(
        self, events: Generator[AskEvent, None, None], collection: Collection, asker: Asker
    ) -> Generator[AskEvent, None, None]:
        """The same events. The answer is reported to the observer and stored before it is passed on.

        In a conversation, an exchange that ends without an answer is stored as far as it came: because the
        events were closed, or because of an error.
        """
        evidence, draft, complete = None, "", False
        try:
            with closing(events):
                for event in events:
                    if event.kind == "answer" and event.answer is not None:
                        self._observer.answered(event.answer)
                        complete = True
                        stored = self._history.save(event.answer, collection.id, asker.owner)
                        yield replace(event, answer=stored)
                        continue
                    evidence = event.answer or evidence
                    draft += event.text
                    yield event
        finally:
            if evidence is not None and not complete:
                self._history.save_stopped(evidence, draft, collection.id, asker.owner)
