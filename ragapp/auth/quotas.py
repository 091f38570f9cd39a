"""Quotas: how much each key may use.

Daily quotas are counted in the database, so that all replicas share them and a restart does not reset them.
Requests per minute are counted where no commit is needed: in Redis for all replicas when there is one, else
by each replica on its own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

from ragapp.errors import QuotaError
from ragapp.lazy import Lazy
from ragapp.protocols import RateLimiter, UsageStore
from ragapp.types import Caller, KeyLimits, KeyUsage


class Quotas:
    """Counts what each key uses, against its limits. Thread-safe when its store is. `defaults` apply where a
    key has no limit of its own.

    The local user without a key is not limited. `waiting` counts the documents of an owner in the queue, and
    `now` returns the time in UTC.
    """

    def __init__(
        self,
        store: UsageStore,
        rates: Lazy[RateLimiter],
        waiting: Callable[[str], int],
        defaults: KeyLimits,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._rates = rates
        self._waiting = waiting
        self._defaults = defaults
        self._now = now

    def limits(self, caller: Caller) -> KeyLimits:
        """The caller's own limits, and the defaults where it has none."""
        if not caller.id:
            return KeyLimits()
        own, general = caller.limits, self._defaults
        return KeyLimits(
            _first(own.requests_per_minute, general.requests_per_minute),
            _first(own.questions_per_day, general.questions_per_day),
            _first(own.tokens_per_day, general.tokens_per_day),
            _first(own.upload_bytes_per_day, general.upload_bytes_per_day),
            _first(own.waiting_documents, general.waiting_documents),
        )

    def usage(self, caller: Caller) -> KeyUsage:
        """What the caller has used since midnight (UTC)."""
        return self._store.usage(caller.id, self._now().date()) if caller.id else KeyUsage()

    def request(self, caller: Caller) -> None:
        """Counts a request. Raises QuotaError."""
        limit = self.limits(caller).requests_per_minute
        seconds = None if limit is None else self._rates.get().hit(caller.id, limit)
        if seconds is not None:
            raise QuotaError(
                f"The key may send {limit} requests per minute. Wait {seconds:.0f} s, then send fewer.",
                seconds,
            )

    def has_tokens(self, caller: Caller) -> bool:
        """Whether the caller may have more tokens generated today."""
        limit = self.limits(caller).tokens_per_day
        return limit is None or self.usage(caller).tokens < limit

    def question(self, caller: Caller) -> None:
        """Counts a question before it is answered. Raises QuotaError."""
        if not self.has_tokens(caller):
            raise self._exhausted(f"{self.limits(caller).tokens_per_day} tokens")
        self._spend(caller, KeyUsage(questions=1), f"{self.limits(caller).questions_per_day} questions")

    def answered(self, caller: Caller, tokens: int) -> None:
        """Counts the tokens of an answer. They count beyond the limit too, because they are already
        generated.
        """
        if caller.id and tokens:
            self._store.spend(caller.id, self._now().date(), KeyUsage(tokens=tokens), KeyLimits())

    def upload(self, caller: Caller, size: int) -> None:
        """Counts `size` bytes before they are stored. Raises QuotaError."""
        limits = self.limits(caller)
        if limits.waiting_documents is not None and self._waiting(caller.id) >= limits.waiting_documents:
            raise QuotaError(
                f"{limits.waiting_documents} documents of this key are waiting. Upload more when some "
                "are done; GET /v1/jobs shows them.",
                60.0,
            )
        self._spend(caller, KeyUsage(upload_bytes=size), f"{limits.upload_bytes_per_day} bytes of documents")

    def _spend(self, caller: Caller, spent: KeyUsage, what: str) -> None:
        within = self.limits(caller)
        if caller.id and not self._store.spend(caller.id, self._now().date(), spent, within):
            raise self._exhausted(what)

    def _exhausted(self, what: str) -> QuotaError:
        now = self._now()
        midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
        return QuotaError(
            f"The key has used its {what} per day. Continue after midnight (UTC), or ask an admin for more.",
            (midnight - now).total_seconds(),
        )


def _first(own: int | None, general: int | None) -> int | None:
    return general if own is None else own
