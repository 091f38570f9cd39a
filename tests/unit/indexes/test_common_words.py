"""In a large keyword index, common words count only where the others find too little."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from ragapp.indexes.local import tantivy_folder
from ragapp.indexes.local.tantivy_folder import Generation
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
        monkeypatch.setattr(tantivy_folder, "WORTH_LEAVING_OUT", worth)
        rankings.append(index.search(index.searcher(), query, k, within))
    return rankings


def test_the_ranking_is_that_of_the_telling_words(index: Generation, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(0, 60, 7):
        telling = f"word{number} word{number + 1}"
        _, found = both(index, monkeypatch, f"the tide in harbour {telling}", 5)
        assert found == both(index, monkeypatch, telling, 5)[0] != ()


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
    _, found = both(index, monkeypatch, "tide harbour word1 word2", 4, within)
    assert len(found) == 4
    assert {key // 4 for key, _ in found} <= within


def test_a_small_index_counts_every_word(index: Generation) -> None:
    with_common = index.search(index.searcher(), "tide harbour word9", 3, None)
    assert with_common != index.search(index.searcher(), "word9", 3, None)
