"""Operations that search and ask."""

from __future__ import annotations

import logging
from collections.abc import Generator

from ragapp.answering.generated_text import generate_text
from ragapp.cache.answer_cache import AnswerCache
from ragapp.errors import ModelError, UsageError
from ragapp.protocols import EvaluationService
from ragapp.service.collections import CollectionService
from ragapp.types import (
    LOCAL_ASKER,
    Asker,
    AskEvent,
    AskMode,
    AskQuery,
    Collection,
    Evaluation,
    SearchQuery,
    SearchResult,
    Task,
)

log = logging.getLogger(__name__)


class QuestionService(CollectionService):
    def search(self, query: SearchQuery) -> SearchResult:
        """The `k` best chunks of a collection.

        Raises UsageError, NotFoundError, ModelError, EmbedderMismatch.
        """
        collection = self.collection(query.collection)
        return self._pipeline.search(collection, query)

    def ask(self, query: AskQuery, asker: Asker = LOCAL_ASKER) -> Generator[AskEvent, None, None]:
        """Answers a question as a stream of events, the last of which is the complete answer.

        Raises as `search` does, at once. A cached answer is served when question and evidence are the same,
        and only to askers of the same scope.
        """
        collection = self.collection(query.collection)
        return self._pipeline.ask(query, collection, asker, notice=self._notice(collection))

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
        """Runs it as a background task. Raises NotFoundError, UsageError, StorageError."""
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

    def _notice(self, collection: Collection) -> str | None:
        backlog = self._store.backlog(collection.id)
        if backlog.unparsed:
            return f"{_documents(backlog.unparsed)} still being read and not yet searched."
        if backlog.unembedded:
            return f"{_documents(backlog.unembedded)} found by keywords only until all passages are embedded."
        return None


def _documents(count: int) -> str:
    return "1 document is" if count == 1 else f"{count} documents are"
