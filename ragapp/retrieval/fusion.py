"""Combines rankings: dense with keyword retrieval (fusion), and retrieval with a reranker.

docs/research/retrieval.md has the measurements behind the defaults.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from ragapp.protocols import Reranker
from ragapp.types import Hit, Ranking

Fusion = Literal["scores", "ranks"]

DENSE_WEIGHT = 0.6
"""The default weight of the dense ranking: no public set in docs/research/retrieval.md loses with it."""

RANK_CONSTANT = 60
"""The k of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""


def fuse(dense: Ranking, keyword: Ranking, fusion: Fusion, dense_weight: float = DENSE_WEIGHT) -> Ranking:
    """The union of both rankings, best first, with scores from 0 to 1; ties go to the smaller key.

    `dense_weight`, from 0 to 1, applies to `scores` only.
    """
    return fuse_scores(dense, keyword, dense_weight) if fusion == "scores" else fuse_ranks(dense, keyword)


def fuse_scores(dense: Ranking, keyword: Ranking, dense_weight: float = DENSE_WEIGHT) -> Ranking:
    """The weighted mean of min-max scaled scores; 0 from a ranking that lacks the chunk."""
    return _mean(scaled(dense), scaled(keyword), dense_weight)


def fuse_ranks(dense: Ranking, keyword: Ranking) -> Ranking:
    """Reciprocal rank fusion, scaled so that a chunk that is first in both rankings scores 1."""
    return _mean(_reciprocal_ranks(dense), _reciprocal_ranks(keyword), 0.5)


def scaled(ranking: Ranking) -> Ranking:
    """The ranking with its scores scaled so that the best is 1 and the last 0; all are 1 when all are
    equal.
    """
    if not ranking:
        return ()
    best, last = ranking[0][1], ranking[-1][1]
    spread = best - last
    return tuple((key, (score - last) / spread if spread > 0 else 1.0) for key, score in ranking)


def _mean(dense: Ranking, keyword: Ranking, dense_weight: float) -> Ranking:
    totals = {key: dense_weight * score for key, score in dense}
    for key, score in keyword:
        totals[key] = totals.get(key, 0.0) + (1 - dense_weight) * score
    # Ties are broken by key, so that the same question always gives the same order.
    return tuple(sorted(totals.items(), key=lambda item: (-item[1], item[0])))


def _reciprocal_ranks(ranking: Ranking) -> Ranking:
    top = RANK_CONSTANT + 1
    return tuple((key, top / (RANK_CONSTANT + rank)) for rank, (key, _) in enumerate(ranking, 1))


RERANKED = 10
"""Hits that the reranker scores: each costs about 60 ms on a laptop."""


def rerank(reranker: Reranker, query: str, hits: Sequence[Hit]) -> list[Hit]:
    """The hits, sorted by the mean of their scaled retrieval score and the reranker's score.

    The mean beats the reranker alone (docs/research/retrieval.md). Hits beyond RERANKED count as 0 for the
    reranker; they stay behind the others, since they were behind them before.
    """
    if not hits:
        return []
    retrieval = [score for _, score in scaled(tuple(enumerate(hit.score for hit in hits)))]
    scored = reranker.score(query, [hit.text for hit in hits[:RERANKED]])
    reranked = [float(score) for score in scored] + [0.0] * (len(hits) - len(scored))
    blended = [replace(hit, score=(a + b) / 2) for hit, a, b in zip(hits, retrieval, reranked, strict=True)]
    return sorted(blended, key=lambda hit: -hit.score)
