"""Where answers are kept."""

from __future__ import annotations

import time
from collections.abc import Callable

from ragapp.cachestore.embedded import EmbeddedCacheStore
from ragapp.protocols import CacheStore
from ragapp.settings import Settings


def build_cache_store(settings: Settings, now: Callable[[], float] = time.time) -> CacheStore:
    """Raises UsageError, StorageError."""
    if settings.redis_url is not None:
        from ragapp.cachestore.redis import RedisCacheStore  # noqa: PLC0415  most do without the client

        url = settings.redis_url.get_secret_value()
        return RedisCacheStore(url, settings.cache_entries, settings.cache_timeout, now)
    return EmbeddedCacheStore(
        settings.data_dir / "cache", settings.cache_entries, settings.cache_timeout, now
    )
