"""A circuit breaker for cache stores: while a store fails, every look-up is a miss at no cost."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import TypeVar

from ragapp.errors import StorageError
from ragapp.protocols import CacheStore
from ragapp.types import CacheEntry, CacheUsage, Vectors

log = logging.getLogger(__name__)
T = TypeVar("T")

RESTS_SECONDS = 5.0
"""How long a failing store is not used. One question in each such period tries it again."""


class CircuitBreaker:
    """A breaker that is open for `RESTS_SECONDS` after a failure; then one caller at a time may try again.

    A failure also opens the breaker `takes_along`, so that no caller waits for both.
    """

    def __init__(
        self,
        what: str,
        clock: Callable[[], float] = time.monotonic,
        takes_along: CircuitBreaker | None = None,
    ) -> None:
        self._what = what
        self._clock = clock
        self._takes_along = takes_along
        self._lock = Lock()
        self._rests_until: float | None = None

    def call(self, work: Callable[[], T], otherwise: T) -> T:
        """The result of `work`; `otherwise` while the breaker is open or when `work` raises StorageError."""
        if not self._may_try():
            return otherwise
        try:
            result = work()
        except StorageError as error:
            self._failed(error)
            return otherwise
        self._worked()
        return result

    def _may_try(self) -> bool:
        with self._lock:
            if self._rests_until is None:
                return True
            if self._clock() < self._rests_until:
                return False
            self._rests_until = (
                self._clock() + RESTS_SECONDS
            )  # other callers wait for the outcome of this attempt
            return True

    def _rest(self) -> bool:
        """Opens the breaker; returns whether it was closed."""
        with self._lock:
            closed = self._rests_until is None
            self._rests_until = self._clock() + RESTS_SECONDS
        return closed

    def _failed(self, error: StorageError) -> None:
        if self._takes_along is not None:
            self._takes_along._rest()
        if self._rest():
            log.warning("%s fails and is not used until it works again: %s", self._what, error)

    def _worked(self) -> None:
        with self._lock:
            if self._rests_until is None:
                return
            self._rests_until = None
        log.warning("%s works again.", self._what)


class ResilientCacheStore:
    """A CacheStore that never raises for questions: while the store behind it fails, it acts as empty.

    Writing and reading fail separately, so that a full server still serves its entries. `clear`,
    `remove` and `usage` raise StorageError, because their callers need to know.
    """

    def __init__(self, store: CacheStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._writing = CircuitBreaker(f"Writing the cache at {store.name}", clock)
        self._reading = CircuitBreaker(f"Reading the cache at {store.name}", clock, takes_along=self._writing)

    @property
    def name(self) -> str:
        return self._store.name

    def get(self, entry_id: str) -> CacheEntry | None:
        return self._reading.call(lambda: self._store.get(entry_id), None)

    def nearest(self, partition: str, vector: Vectors, k: int) -> list[tuple[CacheEntry, float]]:
        return self._reading.call(lambda: self._store.nearest(partition, vector, k), [])

    def put(self, entry: CacheEntry, vector: Vectors) -> None:
        self._writing.call(lambda: self._store.put(entry, vector), None)

    def note(self, counts: Mapping[str, float], used: str | None = None) -> None:
        self._writing.call(lambda: self._store.note(counts, used), None)

    def remove(self, entry_ids: Iterable[str]) -> None:
        self._store.remove(entry_ids)

    def clear(self, *, collection: str | None = None, document: str | None = None) -> int:
        return self._store.clear(collection=collection, document=document)

    def claim(self, entry_id: str, owner: str, seconds: float) -> bool:
        """Claims a question. Always granted while the store fails: each request then generates its own
        answer.
        """
        return self._writing.call(lambda: self._store.claim(entry_id, owner, seconds), True)

    def release(self, entry_id: str, owner: str) -> None:
        self._writing.call(lambda: self._store.release(entry_id, owner), None)

    def counts(self) -> Mapping[str, float]:
        return self._reading.call(self._store.counts, {})

    def usage(self) -> CacheUsage:
        return self._store.usage()

    def close(self) -> None:
        self._store.close()
