"""What every cache store promises, run over the file, Redis, Valkey, and each behind its breaker."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path

import pytest
from redis import Redis

from ragapp.cachestore.breaker import SteadyCacheStore
from ragapp.cachestore.embedded import EmbeddedCacheStore
from ragapp.cachestore.redis import RedisCacheStore
from ragapp.errors import StorageError, UsageError
from ragapp.protocols import CacheStore
from ragapp.types import CacheEntry
from tests.redisserver import port_of, server
from tests.unit.cache.entries import entry, near, unit

MAX_ENTRIES = 50
PATIENT = 5.0
"""Seconds: these tests are about what is kept, not about how fast."""

Open = Callable[[], CacheStore]


class Clock:
    """Stands at a moment far enough in the future that no server has let an entry expire by itself."""

    def __init__(self) -> None:
        self.now = 4e9

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, int]]:
    folder = tmp_path_factory.mktemp("servers")
    with server("redis", folder) as redis, server("valkey", folder) as valkey:
        yield {"redis": port_of(redis), "valkey": port_of(valkey)}


def on_server(port: int, clock: Clock) -> Open:
    with Redis(port=port) as redis:
        redis.flushall()
    return lambda: RedisCacheStore(f"redis://127.0.0.1:{port}", MAX_ENTRIES, PATIENT, clock)


@pytest.fixture
def open_redis(ports: dict[str, int], clock: Clock) -> Open:
    return on_server(ports["redis"], clock)


@pytest.fixture
def open_valkey(ports: dict[str, int], clock: Clock) -> Open:
    return on_server(ports["valkey"], clock)


@pytest.fixture
def open_file(tmp_path: Path, clock: Clock) -> Open:
    return lambda: EmbeddedCacheStore(tmp_path, MAX_ENTRIES, PATIENT, clock)


@pytest.fixture
def open_steady(open_file: Open) -> Open:
    return lambda: SteadyCacheStore(open_file())


@pytest.fixture(params=["open_file", "open_redis", "open_valkey", "open_steady"])
def open_store(request: pytest.FixtureRequest) -> Open:
    opened: Open = request.getfixturevalue(request.param)
    return opened


@pytest.fixture
def store(open_store: Open) -> Iterator[CacheStore]:
    with closing(open_store()) as store:
        yield store


def kept(store: CacheStore, clock: Clock, *names: str, **more: str) -> None:
    for seed, name in enumerate(names):
        store.put(entry(name, at=clock.now, **more), unit(seed))


def ids(found: Sequence[tuple[CacheEntry, float]]) -> list[str]:
    return [one.id for one, _ in found]


def test_an_entry_comes_back_as_it_was_put(store: CacheStore, clock: Clock) -> None:
    put = entry("q", at=clock.now)
    store.put(put, unit(1))
    assert store.get("q") == put
    assert store.get("another") is None


def test_the_most_similar_come_first_with_their_cosines(store: CacheStore, clock: Clock) -> None:
    asked = unit(1)
    for cosine in (0.90, 0.99, 0.95):
        store.put(entry(str(cosine), at=clock.now), near(asked, cosine))
    for seed in range(20):
        store.put(entry(f"other {seed}", at=clock.now), unit(100 + seed))
    found = store.nearest("p", asked, 3)
    assert ids(found) == ["0.99", "0.95", "0.9"]
    assert [cosine for _, cosine in found] == pytest.approx([0.99, 0.95, 0.90], abs=1e-5)


def test_a_partition_never_shows_anothers_entries(store: CacheStore, clock: Clock) -> None:
    store.put(entry("mine", at=clock.now, partition="mine"), unit(1))
    store.put(entry("yours", at=clock.now, partition="yours"), unit(1))
    assert ids(store.nearest("mine", unit(1), 8)) == ["mine"]
    assert store.nearest("nobody's", unit(1), 8) == []


def test_a_newer_entry_takes_the_place_of_the_same_id(store: CacheStore, clock: Clock) -> None:
    store.put(entry("q", at=clock.now, document="old"), unit(1))
    store.put(entry("q", at=clock.now, document="new"), unit(2))
    (found,) = store.nearest("p", unit(2), 8)
    assert (found[0].documents, found[1]) == ({"new"}, pytest.approx(1.0))


def test_expiry_is_absolute(store: CacheStore, clock: Clock) -> None:
    store.put(entry("q", at=clock.now, lasts=100.0), unit(1))
    clock.now += 99
    assert store.get("q") is not None
    store.note({}, used="q")
    clock.now += 1
    assert store.get("q") is None
    assert store.nearest("p", unit(1), 8) == []


def test_the_least_recently_used_make_room(store: CacheStore, clock: Clock) -> None:
    for number in range(MAX_ENTRIES):
        clock.now += 1
        store.put(entry(f"q{number}", at=clock.now), unit(number))
    clock.now += 1
    store.note({}, used="q0")
    store.put(entry("one more", at=clock.now), unit(777))
    assert store.get("q0") is not None
    assert store.get("one more") is not None
    assert store.get("q1") is None
    assert store.usage().entries == MAX_ENTRIES


def test_an_entry_from_the_future_is_not_served(store: CacheStore, clock: Clock) -> None:
    kept(store, clock, "q")
    clock.now -= 3600  # the clock was wrong, and has been put right
    assert store.get("q") is None
    assert store.nearest("p", unit(0), 8) == []


def test_vectors_of_another_model_are_no_neighbours(store: CacheStore, clock: Clock) -> None:
    store.put(entry("short", at=clock.now), unit(0)[:64])
    kept(store, clock, "q")
    assert ids(store.nearest("p", unit(0), 8)) == ["q"]


def test_clearing_by_collection_by_document_and_all(store: CacheStore, clock: Clock) -> None:
    kept(store, clock, "a", "b", collection="one", document="d1")
    kept(store, clock, "c", collection="two", document="d1")
    kept(store, clock, "d", "e", collection="two", document="d2")
    store.note({"hit": 1})
    assert store.clear(document="d2") == 2
    assert store.clear(collection="one") == 2
    assert (store.get("a"), store.get("d")) == (None, None)
    assert store.get("c") is not None
    assert store.clear() == 1
    assert store.nearest("p", unit(0), 8) == []
    assert (store.usage().entries, store.counts()) == (0, {})


def test_removed_entries_are_gone(store: CacheStore, clock: Clock) -> None:
    kept(store, clock, "a", "b")
    store.remove(["a", "never there"])
    assert store.get("a") is None
    assert ids(store.nearest("p", unit(0), 8)) == ["b"]


def test_counters_add_up(store: CacheStore) -> None:
    store.note({"hit": 1, "seconds": 0.5})
    store.note({"hit": 2})
    assert store.counts() == {"hit": 3, "seconds": 0.5}


def test_usage_tells_size_and_age(store: CacheStore, clock: Clock) -> None:
    assert (store.usage().entries, store.usage().oldest) == (0, None)
    kept(store, clock, "a")
    clock.now += 10
    store.put(entry("b", at=clock.now), unit(5))
    usage = store.usage()
    assert (usage.entries, usage.oldest, usage.newest) == (2, clock.now - 10, clock.now)
    assert usage.bytes > 2 * 384 * 4


def test_one_owner_at_a_time_may_make_an_entry(store: CacheStore) -> None:
    assert store.claim("q", "me", 60)
    assert store.claim("q", "me", 60)
    assert not store.claim("q", "you", 60)
    assert store.claim("another", "you", 60)
    store.release("q", "you")
    assert not store.claim("q", "you", 60)
    store.release("q", "me")
    assert store.claim("q", "you", 60)


def test_another_opener_sees_what_was_put_and_what_was_removed(
    store: CacheStore, open_store: Open, clock: Clock
) -> None:
    kept(store, clock, "a", "b")
    with closing(open_store()) as other:
        assert set(ids(other.nearest("p", unit(0), 8))) == {"a", "b"}
        kept(store, clock, "c")
        store.remove(["a"])
        assert set(ids(other.nearest("p", unit(0), 8))) == {"b", "c"}


def test_a_claim_ends_although_the_clock_was_put_back(open_file: Open, clock: Clock) -> None:
    with closing(open_file()) as store:
        assert store.claim("q", "me", 60)
        clock.now -= 3600
        assert store.claim("q", "you", 60)
        assert not store.claim("q", "me", 60)


def test_files_of_earlier_versions_are_removed(tmp_path: Path, open_file: Open) -> None:
    for name in ("answers-1.db", "answers-2.db-wal", "answers-99.db"):
        (tmp_path / name).touch()
    with closing(open_file()) as store:
        assert (tmp_path / "answers-99.db").exists()
        assert not (tmp_path / "answers-1.db").exists()
        assert not (tmp_path / "answers-2.db-wal").exists()
        assert Path(store.name).exists()


def test_a_servers_sets_forget_what_has_expired(
    open_redis: Open, ports: dict[str, int], clock: Clock
) -> None:
    with closing(open_redis()) as store, Redis(port=ports["redis"]) as admin:
        for number in range(5):
            kept(store, clock, f"q{number}")
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


def test_one_of_many_processes_gets_the_claim(open_file: Open, tmp_path: Path) -> None:
    open_file().close()
    with get_context("spawn").Pool(4) as pool:
        won = pool.starmap(_claims, [(tmp_path, str(number)) for number in range(8)])
    assert won.count(True) == 1


def _claims(folder: Path, owner: str) -> bool:
    with closing(EmbeddedCacheStore(folder, MAX_ENTRIES, PATIENT)) as store:
        return store.claim("q", owner, 60)


def test_a_damaged_file_is_begun_anew(open_file: Open, clock: Clock) -> None:
    with closing(open_file()) as store:
        kept(store, clock, "a")
        path = Path(store.name)
    for file in path.parent.iterdir():
        file.write_bytes(b"This is no database. " * 500)
    with closing(open_file()) as store:
        assert store.get("a") is None
        kept(store, clock, "b")
        assert store.get("b") is not None


def test_a_damaged_file_that_cannot_be_removed_is_told(open_file: Open, tmp_path: Path) -> None:
    with closing(open_file()) as store:
        path = Path(store.name)
    path.write_bytes(b"This is no database. " * 500)
    path.with_name(f"{path.name}-wal").mkdir()
    with pytest.raises(StorageError, match="cannot be opened"):
        open_file()


@pytest.mark.parametrize(
    "url", ["redis://user:secret@cache.local:6379/1", "redis://cache.local:6379/1?password=secret"]
)
def test_the_name_of_a_server_keeps_its_password(url: str) -> None:
    assert RedisCacheStore(url, 1, 1.0).name == "redis://cache.local:6379/1"


@pytest.mark.parametrize("rest", [":secret/more@cache.local:6379/1", "cache.local/1?sekret=secret"])
def test_a_url_that_is_none_is_not_told_with_its_password(rest: str) -> None:
    with pytest.raises(UsageError) as refused:
        RedisCacheStore(f"redis://{rest}", 1, 1.0)
    assert "secret" not in str(refused.value)
