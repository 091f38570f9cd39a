"""The settings that could change an answer, or an ingest, in one spelling."""

from __future__ import annotations

import json

from ragapp.settings import Settings

INGEST_VERSION = 2
"""Raise it when the same bytes would be parsed or chunked differently than before."""

WITHOUT_EFFECT = {
    "data_dir",
    "models_dir",
    "database_url",
    "blobs",
    "s3_endpoint",
    "s3_region",
    "s3_access_key_id",
    "s3_secret_access_key",
    "qdrant_api_key",
    "qdrant_prefix",
    "qdrant_shards",
    "qdrant_replicas",
    "qdrant_timeout",
    "openai_api_key",
    "generator_timeout",
    "judge",
    "threads",
    "max_upload_bytes",
    "page_seconds",
    "page_cache_bytes",
    "lease_seconds",
    "cache",
    "redis_url",
    "cache_threshold",
    "cache_seconds",
    "cache_entries",
    "cache_timeout",
    "cache_audit_share",
    "cache_audit_limit",
    "answer_days",
    "mcp_ingest",
    "log_format",
    "log_level",
    "otlp_endpoint",
    "max_questions",
    "max_searches",
    "max_uploads",
    "max_waiting",
    "wait_seconds",
    "max_queue",
    "shutdown_seconds",
    "allowed_hosts",
    "cors_origins",
    "key_requests_per_minute",
    "key_questions_per_day",
    "key_tokens_per_day",
    "key_upload_bytes_per_day",
    "key_waiting_documents",
}
"""Settings that cannot change what is found or answered."""


def answer_settings(settings: Settings) -> str:
    """Everything set that could change hits or answers, in one spelling: a new setting counts until it is
    known not to."""
    values = settings.model_dump(mode="json", exclude=WITHOUT_EFFECT)
    return json.dumps({"ingest": INGEST_VERSION, **values}, sort_keys=True)


def recipe(settings: Settings) -> str:
    """Names what turns bytes into chunks: documents brought in by another recipe are worth redoing."""
    return f"{INGEST_VERSION}/{settings.embedder}/{settings.chunk_tokens}"
