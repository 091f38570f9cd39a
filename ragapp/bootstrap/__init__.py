"""Puts the parts together: the only place that knows which adapter stands behind which seam."""

from ragapp.bootstrap.cache import build_cache, build_cache_store
from ragapp.bootstrap.fingerprints import answer_settings, ingest_fingerprint
from ragapp.bootstrap.runtime import IngestRuntime, build_runtime
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
