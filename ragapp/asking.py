"""A question's way through the house: standing alone, searched, looked up, answered, kept."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

from ragapp.answer.answerer import Answerer
from ragapp.answer.history import History
from ragapp.answer.prompt import PROMPT_VERSION
from ragapp.answer.rewriting import Rewriter
from ragapp.answer.smalltalk import reply_to, small_answer
from ragapp.answer.writers import Writers
from ragapp.cache.answers import AnswerCache
from ragapp.cache.asked import Asked, Circumstances
from ragapp.lazy import Lazy
from ragapp.protocols import Observer
from ragapp.retrieve.hybrid import Retriever
from ragapp.types import Answer, AskEvent, AskMode, CacheDecision, Collection, SearchResult, Turn


@dataclass(frozen=True, slots=True)
class Wish:
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
class Follows:
    """What the question leans on: earlier turns, or the asker's own wording that stands alone."""

    turns: Sequence[Turn]
    conversation_id: str | None
    standalone_question: str | None


class Asking:
    """Brings the parts together that answer. `settings` names whatever is set that could change an answer."""

    def __init__(
        self,
        *,
        retriever: Lazy[Retriever],
        rewriter: Rewriter,
        writers: Writers,
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

    def ask(self, wish: Wish, follows: Follows, notice: str | None) -> Generator[AskEvent, None, None]:
        """Searches at once, and raises as a search does; answers as the events are taken.

        Small talk is answered in kind: nothing is searched, counted or stored.
        """
        reply = reply_to(wish.question) if follows.standalone_question is None else None
        if reply is not None:
            return _told(small_answer(wish.question, reply, follows.conversation_id))
        alone = self._rewriter.rewrite(wish.question, follows.turns, follows.standalone_question)
        asked = Asked(
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

    def _search(self, wish: Wish, query: str) -> SearchResult:
        retriever = self._retriever.get()
        with self._observer.searching(wish.collection.name) as found:
            return found(retriever.search(wish.collection, query, wish.k, "hybrid", wish.filters))

    def _observed(self, events: Generator[AskEvent, None, None]) -> Generator[AskEvent, None, None]:
        for event in events:
            if event.kind == "answer" and event.answer is not None:
                self._observer.answered(event.answer)
            yield event

    def _answered(self, asked: Asked, wish: Wish) -> Generator[AskEvent, None, None]:
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

    def _circumstances(self, wish: Wish) -> Circumstances:
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


def _told(answer: Answer) -> Generator[AskEvent, None, None]:
    yield AskEvent("evidence", answer=answer)
    yield AskEvent("answer", answer=answer)
