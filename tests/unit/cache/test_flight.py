"""One asker at a time makes an answer, and says so to the others."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from ragapp.cache.flight import Turn
from ragapp.cachestore.embedded import EmbeddedCacheStore


def test_a_turn_given_back_is_not_renewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ragapp.cache.flight._RENEWS_SECONDS", -1.0)
    with closing(EmbeddedCacheStore(tmp_path, 10, 5.0)) as store:
        turn = Turn(store, "q")
        turn.take()
        turn.renew()
        assert not store.claim("q", "another", 60)
        turn.release()
        turn.renew()
        assert store.claim("q", "another", 60)
