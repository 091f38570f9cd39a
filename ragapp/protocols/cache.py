"""Where answers are kept for later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from ragapp.types import CacheEntry, CacheUsage, Vectors


class CacheStore(Protocol):
    """Where answers are kept for later. Anything in it may vanish at any time: it is only a cache.

    Every method raises StorageError when the store cannot be reached or is full. An entry past its
    `expires_at` is never returned.
    """

    @property
    def name(self) -> str:
        """For people: what keeps the entries, without credentials."""

    def get(self, entry_id: str) -> CacheEntry | None: ...

    def nearest(self, partition: str, vector: Vectors, k: int) -> list[tuple[CacheEntry, float]]:
        """Up to `k` entries of the partition with the most similar questions and their cosines, best first.

        `vector` has shape (dimension,) and unit length. Approximate below a cosine of .9; entries that
        another process has put count from its commit on.
        """

    def put(self, entry: CacheEntry, vector: Vectors) -> None:
        """Keeps the entry in place of one with the same id; the least recently used make room for it."""

    def note(self, counts: Mapping[str, float], used: str | None = None) -> None:
        """Adds to the counters; `used` is the id of an entry that has just been served."""

    def remove(self, entry_ids: Iterable[str]) -> None: ...

    def clear(self, *, collection: str | None = None, document: str | None = None) -> int:
        """Removes a collection's entries, those that cite a document, or all; returns how many.

        Clearing all also sets the counters back.
        """

    def claim(self, entry_id: str, owner: str, seconds: float) -> bool:
        """Whether `owner` now has the sole right to make that entry, for so long; asking again renews it."""

    def release(self, entry_id: str, owner: str) -> None:
        """Gives the right back, if `owner` still has it."""

    def counts(self) -> Mapping[str, float]: ...

    def usage(self) -> CacheUsage: ...

    def close(self) -> None: ...
