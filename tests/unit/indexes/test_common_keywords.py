"""In a large keyword index, common keywords only count where the others find too little."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from ragapp.indexes.local import tantivy_folder
from ragapp.indexes.local.tantivy_folder import TantivyFolder
from ragapp.types import IndexEntry, Ranking

COMMON, RARE = ("tide", "harbour"), [f"word{number}" for number in range(60)]


def entries() -> Iterator[IndexEntry]:
    """400 chunks, 4 a version, each of the common words and some rare ones."""
    rng = np.random.default_rng(5)
    for key in range(400):
        words = [*COMMON, *rng.choice(RARE, size=int(rng.integers(1, 8)))] * int(rng.integers(1, 3))
        yield IndexEntry(key, key // 4, " ".join(rng.permutation(words)), None)


@pytest.fixture
def index(tmp_path: Path) -> TantivyFolder:
    index = TantivyFolder(tmp_path)
    index.apply(frozenset(), entries())
    return index


def both(
    index: TantivyFolder, monkeypatch: pytest.MonkeyPatch, query: str, k: int, within: set[int] | None = None
) -> Sequence[Ranking]:
    """The rankings with every keyword, as in a small index, and as in a large index."""
    rankings = []
    for minimum in (10**9, 0):
        monkeypatch.setattr(tantivy_folder, "MIN_SKIPPED_POSTINGS", minimum)
        rankings.append(index.search(index.searcher(), query, k, within))
    return rankings


def test_the_ranking_is_that_of_the_rare_keywords(
    index: TantivyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(0, 60, 7):
        rare_query = f"word{number} word{number + 1}"
        _, found = both(index, monkeypatch, f"the tide in harbour {rare_query}", 5)
        assert found == both(index, monkeypatch, rare_query, 5)[0] != ()


def test_a_query_of_common_keywords_alone_finds_chunks(
    index: TantivyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    every, rare = both(index, monkeypatch, "harbour tide", 30)
    assert rare == every
    assert len(rare) == 30


def test_common_keywords_fill_up_the_ranking(index: TantivyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    every, rare = both(index, monkeypatch, "tide word3", 390)
    assert rare == every
    assert len(rare) == 390


def test_a_filter_applies(index: TantivyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    within = set(range(0, 100, 3))
    _, found = both(index, monkeypatch, "tide harbour word1 word2", 4, within)
    assert len(found) == 4
    assert {key // 4 for key, _ in found} <= within


def test_a_small_index_counts_every_keyword(index: TantivyFolder) -> None:
    with_common = index.search(index.searcher(), "tide harbour word9", 3, None)
    assert with_common != index.search(index.searcher(), "word9", 3, None)
