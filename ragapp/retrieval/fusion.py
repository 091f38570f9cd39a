"""One ranking out of two: how the dense and the words leg are put together.

Both ways are pure functions of rankings. Which one is the default, and why, is measured in
docs/retrieval.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from ragapp.protocols import Reranker
from ragapp.types import Hit, Ranking

Fusion = Literal["scores", "ranks"]

DENSE_WEIGHT = 0.6
"""The dense leg's usual share in score fusion: no public set of docs/retrieval.md loses with it."""

RANK_CONSTANT = 60
"""The k of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""


def fuse(dense: Ranking, words: Ranking, fusion: Fusion, dense_weight: float = DENSE_WEIGHT) -> Ranking:
    """The union of the legs, best first, with scores from 0 to 1; ties go to the smaller key.

    `dense_weight`, from 0 to 1, counts in `scores` only.
    """
    return fuse_scores(dense, words, dense_weight) if fusion == "scores" else fuse_ranks(dense, words)


def fuse_scores(dense: Ranking, words: Ranking, dense_weight: float = DENSE_WEIGHT) -> Ranking:
    """The weighted mean of min-max scaled scores; a leg that did not find a chunk gives it 0."""
    return _mean(scaled(dense), scaled(words), dense_weight)


def fuse_ranks(dense: Ranking, words: Ranking) -> Ranking:
    """Reciprocal rank fusion, scaled so that a chunk that is first in both legs has 1."""
    return _mean(_by_place(dense), _by_place(words), 0.5)


def scaled(ranking: Ranking) -> Ranking:
    """The same order with the best score at 1 and the last at 0; all at 1 when all are equal."""
    if not ranking:
        return ()
    best, last = ranking[0][1], ranking[-1][1]
    spread = best - last
    return tuple((key, (score - last) / spread if spread > 0 else 1.0) for key, score in ranking)


def _mean(dense: Ranking, words: Ranking, dense_weight: float) -> Ranking:
    totals = {key: dense_weight * score for key, score in dense}
    for key, score in words:
        totals[key] = totals.get(key, 0.0) + (1 - dense_weight) * score
    # Equal scores go by key, so that the same question always gives the same order.
    return tuple(sorted(totals.items(), key=lambda item: (-item[1], item[0])))


def _by_place(leg: Ranking) -> Ranking:
    top = RANK_CONSTANT + 1
    return tuple((key, top / (RANK_CONSTANT + place)) for place, (key, _) in enumerate(leg, 1))


RERANKED = 10
"""How many hits the reranker reads: it costs about 60 ms a passage on a laptop."""


def rerank(reranker: Reranker, query: str, hits: Sequence[Hit]) -> list[Hit]:
    """The hits in the order of the mean of their own scaled score and the reranker's.

    The reranker alone loses to the blend (docs/retrieval.md). A hit that it did not read counts as 0 there,
    which keeps everything in one order: what was read came first before, and its scores can only grow.
    """
    if not hits:
        return []
    own = [score for _, score in scaled(tuple(enumerate(hit.score for hit in hits)))]
    read = reranker.score(query, [hit.text for hit in hits[:RERANKED]])
    theirs = [float(score) for score in read] + [0.0] * (len(hits) - len(read))
    blended = [replace(hit, score=(a + b) / 2) for hit, a, b in zip(hits, own, theirs, strict=True)]
    return sorted(blended, key=lambda hit: -hit.score)
