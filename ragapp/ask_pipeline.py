"""A question's way through the house: standing alone, searched, looked up, answered, kept."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

from ragapp.answering.answerer import Answerer
from ragapp.answering.generator_chain import GeneratorChain
from ragapp.answering.history import History
from ragapp.answering.prompt import PROMPT_VERSION
from ragapp.answering.rewriting import Rewriter
from ragapp.cache.answer_cache import AnswerCache
from ragapp.cache.cache_key import CacheKey, Circumstances
from ragapp.lazy import Lazy
from ragapp.protocols import Observer
from ragapp.retrieval.retriever import Retriever
from ragapp.types import AskEvent, AskMode, CacheDecision, Collection, SearchResult, Turn


@dataclass(frozen=True, slots=True)
class AskQuery:
    """What is asked, of which collection and how; `scope` names the asker's rights, `owner` the asker."""

    question: str
    collection: Collection
    k: int
    mode: AskMode
    filters: Mapping[str, str]
    use_cache: bool
    scope: str
    owner: str


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What the question leans on: earlier turns, or the asker's own wording that stands alone."""

    turns: Sequence[Turn]
    conversation_id: str | None
    standalone_question: str | None


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

    def ask(self, wish: AskQuery, follows: FollowUp, notice: str | None) -> Generator[AskEvent, None, None]:
        """Searches at once, and raises as a search does; answers as the events are taken."""
        alone = self._rewriter.rewrite(wish.question, follows.turns, follows.standalone_question)
        asked = CacheKey(
            question=wish.question,
            result=self._search(wish, alone.question),
            collection=wish.collection,
            circumstances=self._circumstances(wish),
            rewritten_by=alone.by,
            conversation_id=follows.conversation_id,
            notice=notice,
        )
        events = self._observed(self._answered(asked, wish))
        return self._history.keeping(events, wish.collection.id, wish.owner)

    def _search(self, wish: AskQuery, query: str) -> SearchResult:
        retriever = self._retriever.get()
        with self._observer.searching(wish.collection.name) as found:
            return found(retriever.search(wish.collection, query, wish.k, "hybrid", wish.filters))

    def _observed(self, events: Generator[AskEvent, None, None]) -> Generator[AskEvent, None, None]:
        for event in events:
            if event.kind == "answer" and event.answer is not None:
                self._observer.answered(event.answer)
            yield event

    def _answered(self, asked: CacheKey, wish: AskQuery) -> Generator[AskEvent, None, None]:
        def make(decision: CacheDecision) -> Generator[AskEvent, None, None]:
            return self._answerer.answer(
                asked.question,
                asked.result,
                wish.mode,
                cache=decision,
                notice=asked.notice,
                rewritten_by=asked.rewritten_by,
                conversation_id=asked.conversation_id,
            )

        if self._cache is None:
            return make(CacheDecision("bypass", "The cache is switched off."))
        if not wish.use_cache:
            return make(CacheDecision("bypass", "The question was asked without the cache."))
        return self._cache.answer(asked, make)

    def _circumstances(self, wish: AskQuery) -> Circumstances:
        writers = [] if wish.mode == "extractive" else self._writers.in_order(wish.mode)
        return Circumstances(
            collections=(wish.collection.id,),
            scope=wish.scope,
            embedder=wish.collection.embedder,
            writer=writers[0].name if writers else None,
            prompt=PROMPT_VERSION,
            settings=self._settings,
            mode=wish.mode,
            k=wish.k,
            filters=tuple(sorted(wish.filters.items())),
        )
