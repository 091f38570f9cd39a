"""Requests per minute, counted by the library `limits` in a moving window of 60 seconds."""

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
    """Limits the requests per minute of a key. Replicas that share a Redis count together; without one, or
    while it is down, each counts alone.

    `redis_url` may point at Redis or Valkey; `timeout` is in seconds. Raises UsageError.
    """

    def __init__(self, redis_url: str | None, timeout: float) -> None:
        self._local = MovingWindowRateLimiter(MemoryStorage())
        self._shared = self._local
        self._is_degraded = False
        if redis_url is not None:
            self._shared = MovingWindowRateLimiter(_storage(redis_url, timeout))

    def hit(self, key_id: str, per_minute: int) -> float | None:
        """Counts a request. Returns None, or the seconds to wait when it exceeds the limit."""
        try:
            wait = _hit(self._shared, key_id, per_minute)
        except StorageError as error:
            if not self._is_degraded:  # once, not for every request
                log.warning(
                    "Redis does not answer, so this replica counts requests on its own: %s",
                    error.storage_error,
                )
            self._is_degraded = True
            return _hit(self._local, key_id, per_minute)
        self._is_degraded = False
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
            else redis_url,  # the scheme of `limits` for sockets
            wrap_exceptions=True,
            key_prefix="ragapp:rate",
            socket_timeout=timeout,
            socket_connect_timeout=timeout,
        )
    except (TypeError, ValueError, ConfigurationError):
        raise UsageError(
            "RAGAPP_REDIS_URL is not a URL like redis://:PASSWORD@HOST:6379/0. Encode /, ? and # in a "
            "password as %2F, %3F and %23."
        ) from None  # the message of the client may contain part of the password
    assert isinstance(storage, Storage), "the URL of a synchronous storage gives one"
    return storage
