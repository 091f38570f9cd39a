"""Every RateLimiter: in this process, or in Redis or Valkey for all replicas."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from ragapp.auth.rate_limits import RateLimits
from ragapp.errors import UsageError
from tests.ports import free_port
from tests.redisserver import port_of, server

pytestmark = pytest.mark.servers

TIMEOUT = 5.0

NAMES = count()


@pytest.fixture(scope="module")
def urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str | None]]:
    folder = tmp_path_factory.mktemp("redis")
    with server("redis", folder) as redis, server("valkey", folder) as valkey:
        yield {
            "memory": None,
            "redis": f"redis://127.0.0.1:{port_of(redis)}",
            "socket": f"unix://{folder}/redis.sock",
            "valkey": f"redis://127.0.0.1:{port_of(valkey)}",
            "nobody": f"redis://127.0.0.1:{free_port()}",
        }


@pytest.fixture(params=["memory", "redis", "socket", "valkey", "nobody"])
def url(request: pytest.FixtureRequest, urls: dict[str, str | None]) -> str | None:
    return urls[request.param]


@pytest.fixture
def key() -> str:
    return f"key {next(NAMES)}"


def test_no_more_than_the_limit_a_minute(url: str | None, key: str) -> None:
    rates = RateLimits(url, TIMEOUT)
    answers = [rates.hit(key, 3) for _ in range(5)]
    assert answers[:3] == [None, None, None]
    for seconds in answers[3:]:
        assert seconds is not None
        assert 1 <= seconds <= 60


def test_each_key_has_its_own_count(url: str | None, key: str) -> None:
    rates = RateLimits(url, TIMEOUT)
    assert rates.hit(key, 1) is None
    assert rates.hit(f"{key}, another", 1) is None
    assert rates.hit(key, 1) is not None


@pytest.mark.parametrize("kind", ["redis", "socket", "valkey"])
def test_replicas_count_together(urls: dict[str, str | None], kind: str, key: str) -> None:
    first, second = RateLimits(urls[kind], TIMEOUT), RateLimits(urls[kind], TIMEOUT)
    assert [first.hit(key, 2), second.hit(key, 2)] == [None, None]
    assert first.hit(key, 2) is not None


def test_each_replica_counts_for_itself_while_redis_is_down(tmp_path: Path, key: str) -> None:
    with server("redis", tmp_path) as redis:
        rates = RateLimits(f"redis://127.0.0.1:{port_of(redis)}", TIMEOUT)
        assert rates.hit(key, 1) is None
    assert [rates.hit(key, 1) is None for _ in range(2)] == [True, False]


@pytest.mark.parametrize("url", ["redis://:pa/ss@localhost:6379/0", "nothing://localhost"])
def test_the_error_for_an_invalid_url_omits_the_password(url: str) -> None:
    with pytest.raises(UsageError) as raised:
        RateLimits(url, TIMEOUT)
    assert "pa/ss" not in str(raised.value)
    assert raised.value.__cause__ is None
