"""The entries of the suite of cache stores, and how it opens them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from redis import Redis

from ragapp.cache_stores.redis import RedisCacheStore
from ragapp.protocols import CacheStore
from ragapp.types import CacheEntry
from tests.unit.cache.entries import entry, unit

MAX_ENTRIES = 50
PATIENT = 5.0
"""Seconds: these tests are not about speed."""

Open = Callable[[], CacheStore]


class Clock:
    """A clock so far in the future that no server expires an entry by itself."""

    def __init__(self) -> None:
        self.now = 4e9

    def __call__(self) -> float:
        return self.now


def on_server(port: int, clock: Clock) -> Open:
    with Redis(port=port) as redis:
        redis.flushall()
    return lambda: RedisCacheStore(f"redis://127.0.0.1:{port}", MAX_ENTRIES, PATIENT, clock)


def kept(store: CacheStore, clock: Clock, *names: str, **more: str) -> None:
    for seed, name in enumerate(names):
        store.put(entry(name, at=clock.now, **more), unit(seed))


def ids(found: Sequence[tuple[CacheEntry, float]]) -> list[str]:
    return [one.id for one, _ in found]
