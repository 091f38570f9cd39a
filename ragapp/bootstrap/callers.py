"""Who may use the service, how much, and what is noted of it."""

from __future__ import annotations

from ragapp.bootstrap.workbench import Workbench
from ragapp.callers import Callers, Keyring, Meter, Trail
from ragapp.lazy import Lazy
from ragapp.protocols import RateLimiter
from ragapp.settings import Settings
from ragapp.store.audit import SqlAudit
from ragapp.store.keys import SqlKeys
from ragapp.store.preferences import SqlPreferences
from ragapp.store.usage import SqlUsage
from ragapp.types import Limits


def build_callers(settings: Settings, bench: Workbench) -> Callers:
    return Callers(
        Keyring(SqlKeys(bench.engine)),
        Meter(
            SqlUsage(bench.engine),
            rates=Lazy(lambda: _build_rates(settings)),
            waiting=bench.queue.waiting,
            defaults=Limits(
                requests_per_minute=settings.key_requests_per_minute,
                questions_per_day=settings.key_questions_per_day,
                tokens_per_day=settings.key_tokens_per_day,
                upload_bytes_per_day=settings.key_upload_bytes_per_day,
                waiting_documents=settings.key_waiting_documents,
            ),
        ),
        Trail(SqlAudit(bench.engine)),
        SqlPreferences(bench.engine),
    )


def _build_rates(settings: Settings) -> RateLimiter:
    from ragapp.callers.rates import Rates  # noqa: PLC0415  only where a key has a limit

    url = settings.redis_url
    return Rates(None if url is None else url.get_secret_value(), settings.cache_timeout)
