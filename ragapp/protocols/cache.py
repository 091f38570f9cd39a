"""Storage of cached answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from ragapp.types import CacheEntry, CacheUsage, Vectors


class CacheStore(Protocol):
    """Stores cached answers. Entries may vanish at any time.

    Every method raises StorageError when the store cannot be reached or is full. An entry past its
    `expires_at` is never returned.
    """

    @property
    def name(self) -> str:
        """Where the entries are stored, for people and without credentials."""

    def get(self, entry_id: str) -> CacheEntry | None: ...

    def nearest(self, partition: str, vector: Vectors, k: int) -> list[tuple[CacheEntry, float]]:
        """Up to `k` entries of the partition with the most similar questions and their cosines, best first.

        `vector` has shape (dimension,) and unit length. The result is approximate below a cosine of 0.9. It
        includes the entries that other processes have committed.
        """

    def put(self, entry: CacheEntry, vector: Vectors) -> None:
        """Stores the entry, replacing one with the same id; evicts the least recently used when full."""

    def note(self, counts: Mapping[str, float], used: str | None = None) -> None:
        """Adds to the counters. `used` is the id of an entry that was just served."""

    def remove(self, entry_ids: Iterable[str]) -> None: ...

    def clear(self, *, collection: str | None = None, document: str | None = None) -> int:
        """Removes a collection's entries, those that cite a document, or all; returns how many.

        Clearing all also resets the counters.
        """

    def claim(self, entry_id: str, owner: str, seconds: float) -> bool:
        """Whether `owner` now holds the lease to generate that entry; claiming again renews it."""

    def release(self, entry_id: str, owner: str) -> None:
        """Gives the lease back if `owner` still holds it."""

    def counts(self) -> Mapping[str, float]: ...

    def usage(self) -> CacheUsage: ...

    def close(self) -> None: ...
