"""The cache of answers over the store that the settings name."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from ragapp.bootstrap.cachestore import build_cache_store
from ragapp.cache.answers import AnswerCache, CacheRules
from ragapp.cache.calibration import calibrated_threshold
from ragapp.cache.judge import Judge
from ragapp.cachestore.breaker import SteadyCacheStore
from ragapp.errors import NotFoundError
from ragapp.lazy import Lazy
from ragapp.protocols import Embedder
from ragapp.settings import Settings
from ragapp.store.sql import SqlStore


def build_cache(
    settings: Settings, store: SqlStore, embedder: Lazy[Embedder], now: Callable[[], float] = time.time
) -> AnswerCache | None:
    """The cache of answers; None when it is switched off."""
    if not settings.cache:
        return None
    return AnswerCache(
        SteadyCacheStore(build_cache_store(settings, now)),
        embed=lambda question: embedder.get().embed_query(question),
        judge=Judge(store.published_since, partial(_is_live, store)),
        rules=CacheRules(
            threshold=lambda: settings.cache_threshold or calibrated_threshold(embedder.get().fingerprint),
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
