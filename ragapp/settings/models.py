"""How models run, and how their answers are stored and cached."""

from __future__ import annotations

from pydantic import BaseModel, Field, SecretStr


class ModelSettings(BaseModel):
    openai_api_key: SecretStr | None = Field(
        default=None, description="API key for that server, if it requires one."
    )
    generator_timeout: float = Field(
        default=120.0, gt=0, description="Longest pause between two tokens of a generator, in seconds."
    )
    generator_first_token_seconds: float | None = Field(
        default=None,
        gt=0,
        description="Seconds a generator may take to produce its first token, which includes reading the "
        "passages. Default: twice RAGAPP_GENERATOR_TIMEOUT.",
    )
    generator_seconds: float = Field(
        default=600.0, gt=0, description="Seconds a generator may take for a whole answer."
    )
    threads: int = Field(default=0, ge=0, description="Threads each model uses; 0 means one per core.")
    judge: str | None = Field(
        default=None,
        description="Generator that judges answers in `ragapp eval answers`. Default: none.",
    )
    answer_days: int = Field(
        default=90, ge=1, description="Days for which answers and conversations are stored."
    )

    @property
    def first_token_seconds(self) -> float:
        """Seconds a generator may take to produce its first token."""
        return self.generator_first_token_seconds or 2 * self.generator_timeout


class CacheSettings(BaseModel):
    cache: bool = Field(default=True, description="Whether answers are cached and served again.")
    cache_store: str | None = Field(
        default=None,
        description="Where cached answers are stored: `sqlite` (a file in the data folder), `redis` (the "
        "server of RAGAPP_REDIS_URL), or a plugin (`NAME` or `NAME:ARGUMENT`). Default: `redis` if that URL "
        "is set, otherwise `sqlite`.",
    )
    redis_url: SecretStr | None = Field(
        default=None,
        description="URL of the Redis or Valkey server that holds the answer cache and the rate "
        "limits of keys. "
        "Default: a file in the data folder.",
    )
    cache_threshold: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Lowest cosine similarity at which a similar question may be served a cached answer. "
        "Default: the value calibrated for the embedder; without one, only identical questions are served.",
    )
    cache_seconds: float = Field(
        default=7 * 24 * 3600.0, gt=0, description="Seconds after which a cached answer expires."
    )
    cache_entries: int = Field(
        default=100_000,
        ge=1,
        description="Cached answers; the least recently used are evicted beyond this number.",
    )
    cache_timeout: float = Field(
        default=0.04, gt=0, description="Seconds to wait for the cache store before answering without it."
    )
    cache_audit_share: float = Field(
        default=0.02,
        ge=0,
        le=1,
        description="Share of similar-question hits that are answered again to check the cached answer.",
    )
    cache_audit_limit: float = Field(
        default=0.05,
        gt=0,
        lt=1,
        description="Share of checked hits that may differ before only identical questions are served.",
    )

    @property
    def resolved_cache_store(self) -> str:
        return self.cache_store or ("sqlite" if self.redis_url is None else "redis")
