"""The composition root: the only place that chooses and connects adapters."""

from ragapp.bootstrap.cache import build_cache, build_cache_store
from ragapp.bootstrap.runtime import (
    IngestRuntime,
    answer_settings,
    build_runtime,
    ingest_fingerprint,
)
from ragapp.bootstrap.service import build_service

__all__ = [
    "IngestRuntime",
    "answer_settings",
    "build_cache",
    "build_cache_store",
    "build_runtime",
    "build_service",
    "ingest_fingerprint",
]
