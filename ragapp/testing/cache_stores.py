"""The contract of cache stores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import pytest

from ragapp.protocols import CacheStore
from ragapp.testing.cache_entries import entry, near, unit
from ragapp.types import CacheEntry

MAX_ENTRIES = 50
"""How many entries the stores of this suite may hold."""

Open = Callable[[], CacheStore]


class Clock:
    """A clock so far in the future that no server expires an entry by itself."""

    def __init__(self) -> None:
        self.now = 4e9

    def __call__(self) -> float:
        return self.now


def put_entries(
    store: CacheStore, clock: Clock, *names: str, collection: str = "default", document: str = "d"
) -> None:
    """Stores an entry for each name."""
    for seed, name in enumerate(names):
        store.put(entry(name, at=clock.now, collection=collection, document=document), unit(seed))


def ids(found: Sequence[tuple[CacheEntry, float]]) -> list[str]:
    return [one.id for one, _ in found]


class CacheStoreContract:
    """What every CacheStore must do. Subclasses override the fixture `open_store`."""

    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    @pytest.fixture
    def open_store(self, clock: Clock) -> Open:
        """A function that opens the store.

        Every call opens the same store, limited to `MAX_ENTRIES` entries and taking the time from `clock`.
        """
        raise NotImplementedError("Override the fixture `open_store`: it returns how the store is opened.")

    @pytest.fixture
    def store(self, open_store: Open) -> Iterator[CacheStore]:
        with closing(open_store()) as store:
            yield store

    def test_an_entry_is_returned_as_it_was_put(self, store: CacheStore, clock: Clock) -> None:
        put = entry("q", at=clock.now)
        store.put(put, unit(1))
        assert store.get("q") == put
        assert store.get("another") is None

    def test_the_most_similar_come_first_with_their_cosines(self, store: CacheStore, clock: Clock) -> None:
        asked = unit(1)
        for cosine in (0.90, 0.99, 0.95):
            store.put(entry(str(cosine), at=clock.now), near(asked, cosine))
        for seed in range(20):
            store.put(entry(f"other {seed}", at=clock.now), unit(100 + seed))
        found = store.nearest("p", asked, 3)
        assert ids(found) == ["0.99", "0.95", "0.9"]
        assert [cosine for _, cosine in found] == pytest.approx([0.99, 0.95, 0.90], abs=1e-5)

    def test_partitions_are_separate(self, store: CacheStore, clock: Clock) -> None:
        store.put(entry("mine", at=clock.now, partition="mine"), unit(1))
        store.put(entry("yours", at=clock.now, partition="yours"), unit(1))
        assert ids(store.nearest("mine", unit(1), 8)) == ["mine"]
        assert store.nearest("nobody's", unit(1), 8) == []

    def test_a_newer_entry_replaces_that_of_the_same_id(self, store: CacheStore, clock: Clock) -> None:
        store.put(entry("q", at=clock.now, document="old"), unit(1))
        store.put(entry("q", at=clock.now, document="new"), unit(2))
        (found,) = store.nearest("p", unit(2), 8)
        assert found[0].documents == {"new"}
        assert found[1] == pytest.approx(1.0)

    def test_expiry_is_absolute(self, store: CacheStore, clock: Clock) -> None:
        store.put(entry("q", at=clock.now, lasts=100.0), unit(1))
        clock.now += 99
        assert store.get("q") is not None
        store.note({}, used="q")
        clock.now += 1
        assert store.get("q") is None
        assert store.nearest("p", unit(1), 8) == []

    def test_the_least_recently_used_entries_are_evicted(self, store: CacheStore, clock: Clock) -> None:
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

    def test_an_entry_from_the_future_is_not_served(self, store: CacheStore, clock: Clock) -> None:
        put_entries(store, clock, "q")
        clock.now -= 3600  # the clock was wrong, and has been put right
        assert store.get("q") is None
        assert store.nearest("p", unit(0), 8) == []

    def test_vectors_of_another_model_are_not_neighbours(self, store: CacheStore, clock: Clock) -> None:
        store.put(entry("short", at=clock.now), unit(0)[:64])
        put_entries(store, clock, "q")
        assert ids(store.nearest("p", unit(0), 8)) == ["q"]

    def test_clearing_by_collection_by_document_and_all(self, store: CacheStore, clock: Clock) -> None:
        put_entries(store, clock, "a", "b", collection="one", document="d1")
        put_entries(store, clock, "c", collection="two", document="d1")
        put_entries(store, clock, "d", "e", collection="two", document="d2")
        store.note({"hit": 1})
        assert store.clear(document="d2") == 2
        assert store.clear(collection="one") == 2
        assert (store.get("a"), store.get("d")) == (None, None)
        assert store.get("c") is not None
        assert store.clear() == 1
        assert store.nearest("p", unit(0), 8) == []
        assert (store.usage().entries, store.counts()) == (0, {})

    def test_removed_entries_are_gone(self, store: CacheStore, clock: Clock) -> None:
        put_entries(store, clock, "a", "b")
        store.remove(["a", "never there"])
        assert store.get("a") is None
        assert ids(store.nearest("p", unit(0), 8)) == ["b"]

    def test_counters_add_up(self, store: CacheStore) -> None:
        store.note({"hit": 1, "seconds": 0.5})
        store.note({"hit": 2})
        assert store.counts() == {"hit": 3, "seconds": 0.5}

    def test_usage_has_size_and_age(self, store: CacheStore, clock: Clock) -> None:
        assert (store.usage().entries, store.usage().oldest) == (0, None)
        put_entries(store, clock, "a")
        clock.now += 10
        store.put(entry("b", at=clock.now), unit(5))
        usage = store.usage()
        assert (usage.entries, usage.oldest, usage.newest) == (2, clock.now - 10, clock.now)
        assert usage.bytes > 2 * 384 * 4

    def test_only_one_owner_at_a_time_may_claim_an_entry(self, store: CacheStore) -> None:
        assert store.claim("q", "me", 60)
        assert store.claim("q", "me", 60)
        assert not store.claim("q", "you", 60)
        assert store.claim("another", "you", 60)
        store.release("q", "you")
        assert not store.claim("q", "you", 60)
        store.release("q", "me")
        assert store.claim("q", "you", 60)

    def test_another_process_sees_additions_and_removals(
        self, store: CacheStore, open_store: Open, clock: Clock
    ) -> None:
        put_entries(store, clock, "a", "b")
        with closing(open_store()) as other:
            assert set(ids(other.nearest("p", unit(0), 8))) == {"a", "b"}
            put_entries(store, clock, "c")
            store.remove(["a"])
            assert set(ids(other.nearest("p", unit(0), 8))) == {"b", "c"}
