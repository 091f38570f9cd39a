"""Requests a minute, counted by the library `limits` in any window of 60 seconds."""

from __future__ import annotations

import logging
import time

from limits import RateLimitItemPerMinute
from limits.errors import ConfigurationError, StorageError
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from ragapp.errors import UsageError

log = logging.getLogger(__name__)


class RateLimits:
    """One count for all replicas that share a Redis; without one, or while it is away, each has its own.

    `redis_url` may be of Redis or Valkey; `timeout` is how many seconds to wait for it. Raises UsageError.
    """

    def __init__(self, redis_url: str | None, timeout: float) -> None:
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._shared = self._own
        self._alone = False
        if redis_url is not None:
            self._shared = MovingWindowRateLimiter(_storage(redis_url, timeout))

    def hit(self, key_id: str, per_minute: int) -> float | None:
        """Counts a request; the seconds until one more is allowed when it is too many, else None."""
        try:
            wait = _hit(self._shared, key_id, per_minute)
        except StorageError as error:
            if not self._alone:  # told once: the next requests would say the same
                log.warning("Requests are counted by this replica alone: %s", error.storage_error)
            self._alone = True
            return _hit(self._own, key_id, per_minute)
        self._alone = False
        return wait


def _hit(limiter: MovingWindowRateLimiter, key_id: str, per_minute: int) -> float | None:
    item = RateLimitItemPerMinute(per_minute)
    if limiter.hit(item, key_id):
        return None
    return max(1.0, limiter.get_window_stats(item, key_id).reset_time - time.time())


def _storage(redis_url: str, timeout: float) -> Storage:
    try:
        storage = storage_from_string(
            f"redis+{redis_url}"
            if redis_url.startswith("unix:")
            else redis_url,  # as `limits` calls a socket
            wrap_exceptions=True,
            key_prefix="ragapp:rate",
            socket_timeout=timeout,
            socket_connect_timeout=timeout,
        )
    except (TypeError, ValueError, ConfigurationError):
        raise UsageError(
            "RAGAPP_REDIS_URL is no URL like redis://:PASSWORD@HOST:6379/0. Write /, ? and # of a password "
            "as %2F, %3F and %23."
        ) from None  # what the client says may tell a piece of the password
    assert isinstance(storage, Storage), "the URL of a synchronous storage gives one"
    return storage
