"""The store on a server."""

from __future__ import annotations

import time
from contextlib import closing

import pytest
from redis import Redis

from ragapp.cache_stores.redis import RedisCacheStore
from ragapp.errors import UsageError
from ragapp.testing.cache_entries import entry, unit
from ragapp.testing.cache_stores import Clock, Open, put_entries


def test_expired_entries_are_removed_from_a_servers_sets(
    open_redis: Open, ports: dict[str, int], clock: Clock
) -> None:
    with closing(open_redis()) as store, Redis(port=ports["redis"]) as admin:
        for number in range(5):
            put_entries(store, clock, f"q{number}")
            clock.now += 600
        assert {admin.zcard(key) for key in admin.keys("*:document:*")} == {2}


def test_a_set_on_a_server_lasts_as_long_as_any_of_its_entries(
    open_redis: Open, open_valkey: Open, clock: Clock, ports: dict[str, int]
) -> None:
    for opened, port in ((open_redis, ports["redis"]), (open_valkey, ports["valkey"])):
        with closing(opened()) as store, Redis(port=port) as admin:
            store.put(entry("long", at=clock.now, lasts=1000.0), unit(1))
            store.put(entry("short", at=clock.now, lasts=10.0), unit(2))
            (group,) = admin.keys("*:document:*")
            assert admin.pttl(group) == pytest.approx(1000 * (clock.now + 1000 - time.time()), abs=100_000)


@pytest.mark.parametrize(
    "url", ["redis://user:secret@cache.local:6379/1", "redis://cache.local:6379/1?password=secret"]
)
def test_the_name_of_a_server_hides_its_password(url: str) -> None:
    assert RedisCacheStore(url, 1, 1.0).name == "redis://cache.local:6379/1"


@pytest.mark.parametrize("rest", [":secret/more@cache.local:6379/1", "cache.local/1?sekret=secret"])
def test_the_error_for_an_invalid_url_hides_the_password(rest: str) -> None:
    with pytest.raises(UsageError) as refused:
        RedisCacheStore(f"redis://{rest}", 1, 1.0)
    assert "secret" not in str(refused.value)
