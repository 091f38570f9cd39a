"""In a large keyword index, common words rank but find nothing: what is found must not show it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from ragapp.index.local import generation
from ragapp.index.local.generation import Generation
from ragapp.types import IndexEntry, Ranking

COMMON, RARE = ("tide", "harbour"), [f"word{number}" for number in range(60)]


def entries() -> Iterator[IndexEntry]:
    """400 chunks, 4 a version, all of common words and some rare ones."""
    rng = np.random.default_rng(5)
    for key in range(400):
        words = [*COMMON, *rng.choice(RARE, size=int(rng.integers(1, 8)))] * int(rng.integers(1, 3))
        yield IndexEntry(key, key // 4, " ".join(rng.permutation(words)), None)


@pytest.fixture
def index(tmp_path: Path) -> Generation:
    index = Generation(tmp_path)
    index.apply(frozenset(), entries())
    return index


def both(
    index: Generation, monkeypatch: pytest.MonkeyPatch, query: str, k: int, within: set[int] | None = None
) -> Sequence[Ranking]:
    """With all words finding, as in a small index, and as in a large one."""
    rankings = []
    for worth in (10**9, 0):
        monkeypatch.setattr(generation, "WORTH_LEAVING_OUT", worth)
        rankings.append(index.search(index.searcher(), query, k, within))
    return rankings


def test_the_ranking_is_the_same(index: Generation, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(0, 60, 7):
        every, rare = both(index, monkeypatch, f"the tide in harbour word{number} word{number + 1}", 5)
        assert rare == every != ()


def test_a_query_of_common_words_alone_finds(index: Generation, monkeypatch: pytest.MonkeyPatch) -> None:
    every, rare = both(index, monkeypatch, "harbour tide", 30)
    assert rare == every
    assert len(rare) == 30


def test_as_many_are_found_as_there_are(index: Generation, monkeypatch: pytest.MonkeyPatch) -> None:
    every, rare = both(index, monkeypatch, "tide word3", 390)
    assert rare == every
    assert len(rare) == 390


def test_a_filter_holds(index: Generation, monkeypatch: pytest.MonkeyPatch) -> None:
    within = set(range(0, 100, 3))
    every, rare = both(index, monkeypatch, "tide harbour word1 word2", 4, within)
    assert rare == every
    assert {key // 4 for key, _ in rare} <= within


def test_common_words_cost_no_candidates(index: Generation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks without the rare word come only when those with it are not enough."""
    monkeypatch.setattr(generation, "WORTH_LEAVING_OUT", 0)
    having = {entry.key for entry in entries() if "word9" in entry.text.split()}
    found = index.search(index.searcher(), "tide harbour word9", 3, None)
    assert {key for key, _ in found} <= having
