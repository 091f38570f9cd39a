"""A cache store in a folder of another name."""

from __future__ import annotations

from collections.abc import Callable

from ragapp.cache_stores.sqlite import SqliteCacheStore
from ragapp.settings import Settings


def named(argument: str, settings: Settings, now: Callable[[], float]) -> SqliteCacheStore:
    return SqliteCacheStore(settings.data_dir / argument, settings.cache_entries, 5.0, now)
