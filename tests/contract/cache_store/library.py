"""How the suite of cache stores opens ours."""

from __future__ import annotations

from redis import Redis

from ragapp.cache_stores.redis import RedisCacheStore
from ragapp.testing.cache_stores import MAX_ENTRIES, Clock, Open

PATIENT = 5.0
"""Seconds: these tests are not about speed."""


def on_server(port: int, clock: Clock) -> Open:
    with Redis(port=port) as redis:
        redis.flushall()
    return lambda: RedisCacheStore(f"redis://127.0.0.1:{port}", MAX_ENTRIES, PATIENT, clock)
