"""Builds the answer cache and its store."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from ragapp.cache.answer_cache import CALIBRATED_THRESHOLDS, AnswerCache, CacheRules
from ragapp.cache.validity import ValidityCheck
from ragapp.cache_stores.circuit_breaker import ResilientCacheStore
from ragapp.cache_stores.sqlite import SqliteCacheStore
from ragapp.errors import NotFoundError, UsageError
from ragapp.lazy import Lazy
from ragapp.plugins import CACHE_STORES
from ragapp.protocols import CacheStore, Embedder
from ragapp.settings import Settings
from ragapp.store.sql_store import SqlStore


def build_cache_store(settings: Settings, now: Callable[[], float] = time.time) -> CacheStore:
    """Opens the store of cached answers that `settings.cache_store` names. Raises UsageError,
    StorageError.
    """
    name = settings.resolved_cache_store
    plugin = CACHE_STORES.build(name, settings, now)
    if plugin is not None:
        return plugin
    if name == "redis":
        if settings.redis_url is None:
            raise UsageError("RAGAPP_CACHE_STORE=redis needs RAGAPP_REDIS_URL, the URL of the server.")
        from ragapp.cache_stores.redis import RedisCacheStore  # noqa: PLC0415  optional dependency

        url = settings.redis_url.get_secret_value()
        return RedisCacheStore(url, settings.cache_entries, settings.cache_timeout, now)
    if name != "sqlite":
        available = CACHE_STORES.available()
        raise UsageError(f"Unknown cache store RAGAPP_CACHE_STORE={name!r}. Available: {available}.")
    return SqliteCacheStore(settings.data_dir / "cache", settings.cache_entries, settings.cache_timeout, now)


def build_cache(
    settings: Settings, store: SqlStore, embedder: Lazy[Embedder], now: Callable[[], float] = time.time
) -> AnswerCache | None:
    """The answer cache; None when it is switched off."""
    if not settings.cache:
        return None
    return AnswerCache(
        ResilientCacheStore(build_cache_store(settings, now)),
        embed=lambda question: embedder.get().embed_query(question),
        validity=ValidityCheck(store.published_since, partial(_is_live, store)),
        rules=CacheRules(
            threshold=lambda: (
                settings.cache_threshold or CALIBRATED_THRESHOLDS.get(embedder.get().fingerprint)
            ),
            seconds=settings.cache_seconds,
            audit_share=settings.cache_audit_share,
            audit_limit=settings.cache_audit_limit,
        ),
        now=now,
    )


def _is_live(store: SqlStore, document_id: str, version: int) -> bool:
    try:
        return store.document(document_id).live_version == version
    except NotFoundError:
        return False
