"""The cache of answers as one caller may see and clear it."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import closing

from ragapp.authorization.history import AuthorizedHistory
from ragapp.authorization.policy import Authorized
from ragapp.cache.entries import BYTES_PER_TOKEN
from ragapp.service import DEFAULT_COLLECTION, NO_METADATA, RagService
from ragapp.types import AskEvent, AskMode, CacheStats, Caller, SearchMode, SearchResult, Turn


class AuthorizedCache(Authorized):
    """Raises UsageError when no answers are kept."""

    def __init__(self, service: RagService, caller: Caller) -> None:
        super().__init__(service, caller)
        self._cache = service.cache

    def stats(self) -> CacheStats:
        """For admins of all collections, whose answers are counted together. Raises ForbiddenError."""
        self._rights.need_everywhere("admin")
        return self._cache.stats()

    def clear(self, *, collection: str | None = None, document: str | None = None) -> int:
        """Of a collection or document for its editors, of all for admins of all; how many there were.

        Raises ForbiddenError, NotFoundError, StorageError.
        """
        with self._noted("clear cache", document or collection or "all"):
            if document is not None:
                self._document(document, "editor")
            if collection is not None:
                self._rights.need("editor", collection)
            if document is None and collection is None:
                self._rights.need_everywhere("admin")
            return self._cache.clear(collection=collection, document=document)


class AuthorizedQuestions(Authorized):
    """`history` has the caller's own answers and conversations."""

    def __init__(self, service: RagService, caller: Caller) -> None:
        super().__init__(service, caller)
        self.history = AuthorizedHistory(service.history, self._rights)

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
        self._rights.need("reader", collection)
        return self._service.search(query, collection=collection, k=k, mode=mode, filters=filters)

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
    ) -> Generator[AskEvent, None, None]:
        """Answers as RagService does, within the caller's quota; kept answers are shared only among callers
        who may read the same. Raises what RagService does, and QuotaError.
        """
        with self._noted("ask", collection):
            self._rights.need("reader", collection)
            if conversation_id is not None:
                self.history.conversation(conversation_id)
            self._meter.question(self.caller)
            events = self._service.ask(
                question,
                collection=collection,
                k=k,
                mode=mode,
                filters=filters,
                history=history,
                conversation_id=conversation_id,
                standalone_question=standalone_question,
                use_cache=use_cache,
                scope=self.caller.scope,
                owner=self.caller.id,
            )
        return self._metered(events)

    def write(
        self, system: str, prompt: str, *, collection: str, mode: AskMode, max_tokens: int
    ) -> str | None:
        """As RagService does, for who may ask the collection; None too when the caller's tokens are used up.

        It is no question, but what was written counts as the caller's tokens. Raises NotFoundError.
        """
        self._rights.need("reader", collection)
        self._service.collection(collection)
        if not self._meter.has_tokens(self.caller):
            return None
        written = self._service.write(system, prompt, mode=mode, max_tokens=max_tokens)
        self._meter.answered(self.caller, len((written or "").encode()) // BYTES_PER_TOKEN)
        return written

    @property
    def cache(self) -> AuthorizedCache:
        """The answers that are kept. Raises UsageError when none are."""
        return AuthorizedCache(self._service, self.caller)

    def _metered(self, events: Generator[AskEvent, None, None]) -> Generator[AskEvent, None, None]:
        """The same events. What a model has written counts even when nobody waits for its end."""
        written = 0
        try:
            with closing(events):
                for event in events:
                    written += len(event.text.encode())
                    yield event
        finally:
            self._meter.answered(self.caller, written // BYTES_PER_TOKEN)
