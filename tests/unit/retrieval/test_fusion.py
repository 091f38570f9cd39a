"""Fusion of two rankings into one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragapp.retrieval.fusion import Fusion, fuse, fuse_ranks, fuse_scores, scaled
from ragapp.types import Ranking

FUSIONS: tuple[Fusion, ...] = ("scores", "ranks")


@st.composite
def rankings(draw: st.DrawFn) -> Ranking:
    score = st.floats(0, 1000, width=32)  # as the indexes give them; finer differences vanish in a mean
    scores = draw(st.dictionaries(st.integers(1, 30), score, max_size=20))
    return tuple(sorted(scores.items(), key=lambda item: (-item[1], item[0])))


def keys(ranking: Ranking) -> list[int]:
    return [key for key, _ in ranking]


@pytest.mark.parametrize("fusion", FUSIONS)
@given(dense=rankings(), keyword=rankings())
def test_every_chunk_is_ranked_once_with_a_score_from_0_to_1(
    fusion: Fusion, dense: Ranking, keyword: Ranking
) -> None:
    fused = fuse(dense, keyword, fusion)
    assert sorted(keys(fused)) == sorted({*keys(dense), *keys(keyword)})
    scores = [score for _, score in fused]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 + 1e-12 for score in scores)


@pytest.mark.parametrize("fusion", FUSIONS)
@given(ranking=rankings())
def test_a_ranking_that_found_nothing_leaves_the_order_of_the_other(fusion: Fusion, ranking: Ranking) -> None:
    assert keys(fuse(ranking, (), fusion)) == keys(ranking)
    assert keys(fuse((), ranking, fusion)) == keys(ranking)


@pytest.mark.parametrize("fusion", FUSIONS)
def test_a_chunk_that_is_first_in_both_rankings_scores_1(fusion: Fusion) -> None:
    fused = fuse(((7, 0.9), (8, 0.4)), ((7, 21.0), (9, 3.0)), fusion)
    assert fused[0] == (7, pytest.approx(1.0))


@given(ranking=rankings(), factor=st.integers(1, 1000))
def test_score_fusion_does_not_depend_on_the_scale_of_a_ranking(ranking: Ranking, factor: int) -> None:
    other = ((3, 2.0), (5, 1.0))
    # A power of two keeps the scores exact, so that only the scale changes.
    larger = tuple((key, score * 2.0 ** (factor % 8)) for key, score in ranking)
    assert fuse_scores(ranking, other) == fuse_scores(larger, other)


def test_score_fusion_depends_on_the_margin_and_rank_fusion_does_not() -> None:
    dense = ((1, 0.90), (2, 0.30), (3, 0.29))
    keyword = ((3, 9.0), (2, 8.9), (1, 8.8), (4, 1.0))
    assert keys(fuse_scores(dense, keyword))[0] == 1
    assert dict(fuse_ranks(dense, keyword))[1] == pytest.approx(dict(fuse_ranks(dense, keyword))[3])


def test_ties_go_to_the_smaller_key() -> None:
    assert keys(fuse(((4, 0.5), (2, 0.5)), (), "scores")) == [2, 4]


def test_equal_scores_are_all_best() -> None:
    assert scaled(((1, 3.0), (2, 3.0))) == ((1, 1.0), (2, 1.0))
