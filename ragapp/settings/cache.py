"""Answers that are kept and served again."""

from __future__ import annotations

from pydantic import BaseModel, Field, SecretStr


class CacheSettings(BaseModel):
    cache: bool = Field(default=True, description="Whether answers are kept and served again.")
    redis_url: SecretStr | None = Field(
        default=None,
        description="URL of the Redis or Valkey that keeps answers. Default: a file in the data folder.",
    )
    cache_threshold: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Cosine from which a similar question may get a kept answer. "
        "Default: as calibrated for the embedder, else only the same question.",
    )
    cache_seconds: float = Field(
        default=7 * 24 * 3600.0, gt=0, description="Seconds an answer is kept, counted from when it was made."
    )
    cache_entries: int = Field(
        default=100_000, ge=1, description="Answers kept; the least recently used make room."
    )
    cache_timeout: float = Field(
        default=0.04, gt=0, description="Seconds to wait for the store of answers before doing without it."
    )
    cache_audit_share: float = Field(
        default=0.02, ge=0, le=1, description="Share of similar-question hits made again, to compare."
    )
    cache_audit_limit: float = Field(
        default=0.05,
        gt=0,
        lt=1,
        description="Share of audits that may differ before only the same question is served.",
    )
