"""The path of a question: rewritten to stand alone, searched, looked up in the cache, answered, stored."""

from __future__ import annotations

from collections.abc import Generator

from ragapp.answering.answerer import Answerer
from ragapp.answering.generator_chain import GeneratorChain
from ragapp.answering.history import History
from ragapp.answering.prompt import PROMPT_VERSION
from ragapp.answering.rewriting import Rewriter
from ragapp.answering.smalltalk import reply_to, small_answer
from ragapp.cache.answer_cache import AnswerCache
from ragapp.cache.cache_key import CacheKey, Circumstances
from ragapp.lazy import Lazy
from ragapp.protocols import Observer
from ragapp.retrieval.retriever import Retriever
from ragapp.types import (
    Answer,
    Asker,
    AskEvent,
    AskQuery,
    CacheDecision,
    Collection,
    SearchQuery,
    SearchResult,
)


class AskPipeline:
    """Brings the parts together that answer. `settings` names whatever is set that could change an answer."""

    def __init__(
        self,
        *,
        retriever: Lazy[Retriever],
        rewriter: Rewriter,
        writers: GeneratorChain,
        answerer: Answerer,
        history: History,
        cache: AnswerCache | None,
        settings: str,
        observer: Observer,
    ) -> None:
        self._retriever = retriever
        self._rewriter = rewriter
        self._writers = writers
        self._answerer = answerer
        self._history = history
        self._cache = cache
        self._settings = settings
        self._observer = observer

    def ask(
        self, query: AskQuery, collection: Collection, asker: Asker, notice: str | None
    ) -> Generator[AskEvent, None, None]:
        """Searches at once, and raises as a search does; answers as the events are taken.

        Small talk is answered in kind: nothing is searched, counted or stored.
        """
        reply = reply_to(query.question) if query.standalone_question is None else None
        if reply is not None:
            return _told(small_answer(query.question, reply, query.conversation_id))
        turns = query.history
        if query.conversation_id is not None:
            turns = tuple(self._history.turns(query.conversation_id))
        alone = self._rewriter.rewrite(query.question, turns, query.standalone_question)
        key = CacheKey(
            question=query.question,
            result=self._search(collection, query, alone.question),
            collection=collection,
            circumstances=self._circumstances(query, collection, asker),
            rewritten_by=alone.by,
            conversation_id=query.conversation_id,
            notice=notice,
        )
        events = self._observed(self._answered(key, query))
        return self._history.keeping(events, collection.id, asker.owner)

    def _search(self, collection: Collection, query: AskQuery, standalone: str) -> SearchResult:
        retriever = self._retriever.get()
        search = SearchQuery(standalone, collection.name, query.k, filters=query.filters)
        with self._observer.searching(collection.name) as found:
            return found(retriever.search(collection, search))

    def _observed(self, events: Generator[AskEvent, None, None]) -> Generator[AskEvent, None, None]:
        for event in events:
            if event.kind == "answer" and event.answer is not None:
                self._observer.answered(event.answer)
            yield event

    def _answered(self, key: CacheKey, query: AskQuery) -> Generator[AskEvent, None, None]:
        def make(decision: CacheDecision) -> Generator[AskEvent, None, None]:
            return self._answerer.answer(
                key.question,
                key.result,
                query.mode,
                cache=decision,
                notice=key.notice,
                rewritten_by=key.rewritten_by,
                conversation_id=key.conversation_id,
            )

        if self._cache is None:
            return make(CacheDecision("bypass", "The cache is switched off."))
        if not query.use_cache:
            return make(CacheDecision("bypass", "The question was asked without the cache."))
        return self._cache.answer(key, make)

    def _circumstances(self, query: AskQuery, collection: Collection, asker: Asker) -> Circumstances:
        generators = [] if query.mode == "extractive" else self._writers.in_order(query.mode)
        return Circumstances(
            collections=(collection.id,),
            scope=asker.scope,
            embedder=collection.embedder,
            writer=generators[0].name if generators else None,
            prompt=PROMPT_VERSION,
            settings=self._settings,
            mode=query.mode,
            k=query.k,
            filters=tuple(sorted(query.filters.items())),
        )


def _told(answer: Answer) -> Generator[AskEvent, None, None]:
    yield AskEvent("evidence", answer=answer)
    yield AskEvent("answer", answer=answer)
