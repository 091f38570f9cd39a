"""The cache stores: the file, Redis, Valkey, and the file behind a circuit breaker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ragapp.cache_stores.circuit_breaker import ResilientCacheStore
from ragapp.cache_stores.sqlite import SqliteCacheStore
from ragapp.testing.cache_stores import MAX_ENTRIES, Clock, Open
from tests.contract.cache_store.library import PATIENT, on_server
from tests.redisserver import port_of, server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, int]]:
    folder = tmp_path_factory.mktemp("servers")
    with server("redis", folder) as redis, server("valkey", folder) as valkey:
        yield {"redis": port_of(redis), "valkey": port_of(valkey)}


@pytest.fixture
def open_redis(ports: dict[str, int], clock: Clock) -> Open:
    return on_server(ports["redis"], clock)


@pytest.fixture
def open_valkey(ports: dict[str, int], clock: Clock) -> Open:
    return on_server(ports["valkey"], clock)


@pytest.fixture
def open_file(tmp_path: Path, clock: Clock) -> Open:
    return lambda: SqliteCacheStore(tmp_path, MAX_ENTRIES, PATIENT, clock)


@pytest.fixture
def open_steady(open_file: Open) -> Open:
    return lambda: ResilientCacheStore(open_file())
