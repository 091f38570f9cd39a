"""ClientCache: a server's cache of answers, with the methods of `RagService.cache` that people use."""

from __future__ import annotations

from ragapp.doors.client.room import Room
from ragapp.doors.wire import CacheCleared, decode
from ragapp.types import CacheStats


class ClientCache(Room):
    """Every method raises UsageError when the server's cache is switched off."""

    def stats(self) -> CacheStats:
        """Hits by kind, misses by reason, what was saved, what is kept, and what audits found."""
        return decode(CacheStats, self._transport.send("GET", "/v1/cache"))

    def clear(self, *, collection: str | None = None, document: str | None = None) -> int:
        """Forgets a collection's answers, those that cite a document, or all; how many were removed."""
        narrowed = {"collection": collection, "document": document}
        query = {name: value for name, value in narrowed.items() if value is not None}
        return decode(CacheCleared, self._transport.send("DELETE", "/v1/cache", query=query)).removed
