"""Questions: searched for and answered."""

from __future__ import annotations

import logging
from collections.abc import Generator, Mapping, Sequence

from ragapp.answering.writing import write_whole
from ragapp.ask_pipeline import AskQuery, FollowUp
from ragapp.cache.answer_cache import AnswerCache
from ragapp.errors import ModelError, UsageError
from ragapp.protocols import EvaluationService
from ragapp.service.collections import DEFAULT_COLLECTION, CollectionService
from ragapp.service.documents import NO_METADATA
from ragapp.types import AskEvent, AskMode, Collection, SearchMode, SearchResult, Turn

log = logging.getLogger(__name__)


class QuestionService(CollectionService):
    def search(
        self,
        query: str,
        *,
        collection: str = DEFAULT_COLLECTION,
        k: int = 10,
        mode: SearchMode = "hybrid",
        filters: Mapping[str, str] = NO_METADATA,
    ) -> SearchResult:
        """The `k` best chunks. Raises UsageError, NotFoundError, ModelError, EmbedderMismatch."""
        searched = self.collection(collection)
        with self._observer.searching(collection) as found:
            return found(self._retriever.get().search(searched, query, k, mode, filters))

    def ask(
        self,
        question: str,
        *,
        collection: str = DEFAULT_COLLECTION,
        k: int = 8,
        mode: AskMode = "auto",
        filters: Mapping[str, str] = NO_METADATA,
        history: Sequence[Turn] = (),
        conversation_id: str | None = None,
        standalone_question: str | None = None,
        use_cache: bool = True,
        scope: str = "",
        owner: str = "",
    ) -> Generator[AskEvent, None, None]:
        """Answers in pieces, the last of which is the whole answer. Raises as `search` does, at once.

        A kept answer is served when question and evidence are the same; `scope` names the asker's rights,
        and only askers of the same scope share answers. The stored answer becomes the `owner`'s.

        A question that leans on earlier ones, those of `history` or of a stored conversation, is searched
        for as one that stands alone; `standalone_question` is the caller's own wording of that.
        """
        asked_of = self.collection(collection)
        wish = AskQuery(question, asked_of, k, mode, filters, use_cache=use_cache, scope=scope, owner=owner)
        if conversation_id is not None:
            history = self.history.turns(conversation_id)
        follows = FollowUp(history, conversation_id, standalone_question)
        return self._pipeline.ask(wish, follows, notice=self._notice(asked_of))

    def write(self, system: str, prompt: str, *, mode: AskMode = "auto", max_tokens: int = 256) -> str | None:
        """What a generator makes of a prompt that is no question to the documents; None when none can.

        Nothing of it is checked, kept or stored. `mode` is that of `ask`.
        """
        for generator in () if mode == "extractive" else self._writers.in_order(mode):
            try:
                written = write_whole(generator, system, prompt, max_tokens)
            except ModelError as error:
                log.info("A prompt without documents is not answered: %s", error)
                continue
            return written.text.strip() if written.ending == "complete" else None
        return None

    @property
    def cache(self) -> AnswerCache:
        """The answers that are kept. Raises UsageError when none are."""
        if self._cache is None:
            raise UsageError("The cache is switched off. Set RAGAPP_CACHE to `true` to have one.")
        return self._cache

    @property
    def evals(self) -> EvaluationService:
        """Where evaluations are ordered. Raises UsageError in a program that offers none."""
        if self._evals is None:
            raise UsageError("Evaluations are offered by `ragapp serve`. Elsewhere run `ragapp eval`.")
        return self._evals.get()

    def _notice(self, collection: Collection) -> str | None:
        backlog = self._store.backlog(collection.id)
        if backlog.unparsed:
            return f"{_documents(backlog.unparsed)} still being read, and not yet known to this answer."
        if backlog.unembedded:
            return f"{_documents(backlog.unembedded)} found by words only until all passages are embedded."
        return None


def _documents(count: int) -> str:
    return "1 document is" if count == 1 else f"{count} documents are"
