"""The cache of answers over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from ragapp.api.http.dependencies import Service
from ragapp.api.schemas import CacheCleared
from ragapp.types import CacheStats

router = APIRouter(prefix="/v1/cache", tags=["cache"])


@router.get("")
def cache_stats(service: Service) -> CacheStats:
    """Hits by kind, misses by reason, what was saved, what is kept, and what audits found."""
    return service.cache.stats()


@router.delete("")
def clear_cache(service: Service, collection: str | None = None, document: str | None = None) -> CacheCleared:
    """Forgets a collection's answers, those that cite a document, or all with the statistics."""
    return CacheCleared(service.cache.clear(collection=collection, document=document))
