"""The contract of cache stores, for each of ours."""

from __future__ import annotations

import pytest

from ragapp.testing.cache_stores import CacheStoreContract, Open


class TestFile(CacheStoreContract):
    @pytest.fixture
    def open_store(self, open_file: Open) -> Open:
        return open_file


class TestFileBehindACircuitBreaker(CacheStoreContract):
    @pytest.fixture
    def open_store(self, open_steady: Open) -> Open:
        return open_steady


@pytest.mark.servers
class TestRedis(CacheStoreContract):
    @pytest.fixture
    def open_store(self, open_redis: Open) -> Open:
        return open_redis


@pytest.mark.servers
class TestValkey(CacheStoreContract):
    @pytest.fixture
    def open_store(self, open_valkey: Open) -> Open:
        return open_valkey
