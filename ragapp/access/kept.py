"""The cache of answers as one caller may see and clear it."""

from __future__ import annotations

from ragapp.access.guarded import Guarded
from ragapp.service import RagService
from ragapp.types import CacheStats, Caller


class GuardedCache(Guarded):
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
