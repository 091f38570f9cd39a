"""Redis fails in many ways: answers stay correct, and the server is not used meanwhile."""

from __future__ import annotations

import io
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr
from redis import Redis

from ragapp.bootstrap import build_service
from ragapp.cache_stores import circuit_breaker
from ragapp.cache_stores.circuit_breaker import ResilientCacheStore
from ragapp.cache_stores.redis import RedisCacheStore
from ragapp.errors import StorageError
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.testing.cache_entries import entry, unit
from ragapp.types import Answer, AskQuery, UploadSpec
from tests.faultyproxy import FaultyProxy, faulty_proxy
from tests.redisserver import port_of, server
from tests.serving import LIBRARY, ingest_all

pytestmark = pytest.mark.servers

QUESTION = "When was the harbour built?"
NOW = 4e9


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with server("redis", tmp_path) as process:
        yield process


@pytest.fixture
def proxy(redis: subprocess.Popen[bytes]) -> Iterator[FaultyProxy]:
    with faulty_proxy(port_of(redis)) as proxy:
        yield proxy


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(proxy: FaultyProxy, clock: Clock) -> Iterator[ResilientCacheStore]:
    plain = RedisCacheStore(f"redis://127.0.0.1:{proxy.port}", 100, 0.2, now=lambda: NOW)
    with closing(ResilientCacheStore(plain, clock)) as store:
        store.put(entry("kept", at=NOW), unit(1))
        assert store.get("kept") is not None
        yield store


def stalled(proxy: FaultyProxy, redis: subprocess.Popen[bytes]) -> None:
    proxy.stall()


def half_open(proxy: FaultyProxy, redis: subprocess.Popen[bytes]) -> None:
    """The client's connections die silently, and new ones are accepted but get no reply."""
    proxy.stall()
    proxy.cut()


def killed(proxy: FaultyProxy, redis: subprocess.Popen[bytes]) -> None:
    redis.kill()
    redis.wait()


def frozen(proxy: FaultyProxy, redis: subprocess.Popen[bytes]) -> None:
    redis.send_signal(signal.SIGSTOP)


Fault = Callable[[FaultyProxy, "subprocess.Popen[bytes]"], None]
FAULTS: list[Fault] = [stalled, half_open, killed, frozen]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_failing_server_is_an_empty_cache_and_not_used(
    fault: Fault, store: ResilientCacheStore, proxy: FaultyProxy, redis: subprocess.Popen[bytes]
) -> None:
    fault(proxy, redis)
    assert store.get("kept") is None
    store.put(entry("lost", at=NOW), unit(2))
    tried = proxy.connections
    for _ in range(50):
        assert store.get("kept") is None
        assert store.nearest("p", unit(1), 8) == []
        assert store.claim("kept", "me", 60)
        store.note({"hit": 1})
    assert proxy.connections == tried
    with pytest.raises(StorageError):
        store.usage()


def test_after_a_pause_one_caller_tries_again(
    store: ResilientCacheStore, proxy: FaultyProxy, clock: Clock
) -> None:
    proxy.stall()
    assert store.get("kept") is None
    clock.now += circuit_breaker.RESTS_SECONDS
    tried = proxy.connections
    assert [store.get("kept") for _ in range(10)] == [None] * 10
    assert proxy.connections == tried + 1
    proxy.heal()
    clock.now += circuit_breaker.RESTS_SECONDS
    assert store.get("kept") is not None


def test_a_late_reply_is_never_used_for_another_question(
    store: ResilientCacheStore, proxy: FaultyProxy, clock: Clock
) -> None:
    store.put(entry("other", at=NOW), unit(2))
    for _ in range(5):
        proxy.stall()
        assert store.get("kept") is None
        proxy.resume()  # the reply that nobody waits for any more arrives now
        clock.now += circuit_breaker.RESTS_SECONDS
        found = store.get("other")
        assert found is not None
        assert found.id == "other"


def test_a_full_server_still_serves_its_entries(
    store: ResilientCacheStore, redis: subprocess.Popen[bytes]
) -> None:
    with Redis(port=port_of(redis)) as admin:
        admin.config_set("maxmemory", 1)
        admin.config_set("maxmemory-policy", "noeviction")
    store.put(entry("too much", at=NOW), unit(2))
    assert store.get("too much") is None
    assert store.get("kept") is not None
    assert [found.id for found, _ in store.nearest("p", unit(1), 8)] == ["kept"]


def test_a_flushed_server_is_filled_again(store: ResilientCacheStore, redis: subprocess.Popen[bytes]) -> None:
    assert store.nearest("p", unit(1), 8)
    with Redis(port=port_of(redis)) as admin:
        admin.flushall()
    assert store.nearest("p", unit(1), 8) == []
    store.put(entry("new", at=NOW), unit(3))
    assert [found.id for found, _ in store.nearest("p", unit(3), 8)] == ["new"]


def test_an_entry_that_another_program_has_overwritten_is_a_miss(
    store: ResilientCacheStore, redis: subprocess.Popen[bytes]
) -> None:
    with Redis(port=port_of(redis)) as admin:
        (key,) = admin.keys("*entry:kept")
        admin.hset(key, "payload", b'{"id": "another"}')
    assert store.get("kept") is None
    assert store.nearest("p", unit(1), 8) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_questions_are_answered_nevertheless(
    fault: Fault, tmp_path: Path, proxy: FaultyProxy, redis: subprocess.Popen[bytes]
) -> None:
    url = SecretStr(f"redis://127.0.0.1:{proxy.port}")
    settings = Settings(data_dir=tmp_path / "data", generator="extractive", redis_url=url, cache_timeout=0.5)
    with closing(build_service(settings)) as service:
        service.upload(UploadSpec("tides.txt"), io.BytesIO(LIBRARY["tides.txt"]))
        ingest_all(settings)
        made, served = ask(service), ask(service)
        assert (made.cache.status, served.cache.status) == ("miss", "exact")
        fault(proxy, redis)
        again = ask(service)
        assert again.cache.status == "miss"
        assert (again.answer, again.citations) == (made.answer, made.citations)
        service.delete_document(service.documents()[0].id)
        assert ask(service).refused


def ask(service: RagService) -> Answer:
    *_, last = service.ask(AskQuery(QUESTION))
    assert last.answer is not None
    return last.answer
