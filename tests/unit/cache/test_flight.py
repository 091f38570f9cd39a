"""Only one request at a time holds the lease on an entry."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from ragapp.cache.single_flight import FlightLease
from ragapp.cache_stores.sqlite import SqliteCacheStore


def test_a_released_lease_is_not_renewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ragapp.cache.single_flight._RENEWAL_SECONDS", -1.0)
    with closing(SqliteCacheStore(tmp_path, 10, 5.0)) as store:
        lease = FlightLease(store, "q")
        lease.acquire()
        lease.renew()
        assert not store.claim("q", "another", 60)
        lease.release()
        lease.renew()
        assert store.claim("q", "another", 60)
