"""One asker at a time makes an answer, and says so to the others."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from ragapp.cache.single_flight import FlightLease
from ragapp.cache_stores.sqlite import SqliteCacheStore


def test_a_turn_given_back_is_not_renewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ragapp.cache.single_flight._RENEWS_SECONDS", -1.0)
    with closing(SqliteCacheStore(tmp_path, 10, 5.0)) as store:
        turn = FlightLease(store, "q")
        turn.take()
        turn.renew()
        assert not store.claim("q", "another", 60)
        turn.release()
        turn.renew()
        assert store.claim("q", "another", 60)
