"""Every cache store: the file, Redis, Valkey, and each with a circuit breaker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ragapp.cache_stores.circuit_breaker import ResilientCacheStore
from ragapp.cache_stores.sqlite import SqliteCacheStore
from ragapp.protocols import CacheStore
from tests.contract.cache_store.library import MAX_ENTRIES, PATIENT, Clock, Open, on_server
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


@pytest.fixture(
    params=[
        "open_file",
        pytest.param("open_redis", marks=pytest.mark.servers),
        pytest.param("open_valkey", marks=pytest.mark.servers),
        "open_steady",
    ]
)
def open_store(request: pytest.FixtureRequest) -> Open:
    opened: Open = request.getfixturevalue(request.param)
    return opened


@pytest.fixture
def store(open_store: Open) -> Iterator[CacheStore]:
    with closing(open_store()) as store:
        yield store
