"""Who may use the service, how much, and what is noted of it."""

from __future__ import annotations

from ragapp.auth import ApiKeys, AuditLog, Auth, Quotas
from ragapp.bootstrap.runtime import IngestRuntime
from ragapp.lazy import Lazy
from ragapp.protocols import RateLimiter
from ragapp.settings import Settings
from ragapp.store.auth import SqlAudit, SqlKeys, SqlUsage
from ragapp.store.preferences import SqlPreferences
from ragapp.types import KeyLimits


def build_auth(settings: Settings, bench: IngestRuntime) -> Auth:
    return Auth(
        ApiKeys(SqlKeys(bench.engine)),
        Quotas(
            SqlUsage(bench.engine),
            rates=Lazy(lambda: _build_rates(settings)),
            waiting=bench.queue.waiting,
            defaults=KeyLimits(
                requests_per_minute=settings.key_requests_per_minute,
                questions_per_day=settings.key_questions_per_day,
                tokens_per_day=settings.key_tokens_per_day,
                upload_bytes_per_day=settings.key_upload_bytes_per_day,
                waiting_documents=settings.key_waiting_documents,
            ),
        ),
        AuditLog(SqlAudit(bench.engine)),
        SqlPreferences(bench.engine),
    )


def _build_rates(settings: Settings) -> RateLimiter:
    from ragapp.auth.rate_limits import RateLimits  # noqa: PLC0415  only where a key has a limit

    url = settings.redis_url
    return RateLimits(None if url is None else url.get_secret_value(), settings.cache_timeout)
