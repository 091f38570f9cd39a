"""Calibrates the threshold on one half of the pairs and evaluates it on the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.progress import Progress

from evals.cache.curve import THRESHOLDS, Point, Rate, certified, reaching
from evals.cache.formed import Formed, formed, judged
from evals.cache.lookup import time_lookups
from evals.cache.pairs import Pair, Verdicts, halves
from evals.cache.scoring import ScoredPairs, Vectorised, judge

USUAL_WRONG = 0.05
"""A common rate of wrong answers per hit of caches that use the cosine alone."""

PEERS: Mapping[str, float] = {"GPTCache 0.1.44": 0.6, "RedisVL 0.28": 0.9}
"""The default thresholds of peers as cosines. GPTCache's SearchDistanceEvaluation requires that 4 minus the
squared distance is at least 0.8 of 4, RedisVL's SemanticCache a cosine distance of at most 0.1."""


@dataclass(frozen=True, slots=True)
class GuardEffect:
    """The effect of a guard on the test half at the threshold: with this guard alone, and with all others."""

    alone: Point
    without: Point


@dataclass(frozen=True, slots=True)
class CacheEvaluation:
    """The JSON of `ragapp eval cache --json`.

    `threshold` is the one that was certified on the calibration half, or the one in use if none is within
    `limit`. `hit_rate`, `wrong_per_hit`, the curves, `formed`, and `peers` (the rules of other caches with
    the same vectors) are measured on the test half.
    """

    pairs: int
    calibration_pairs: int
    test_pairs: int
    embedder: str
    limit: float
    threshold: float
    certified: bool
    hit_rate: float
    wrong_per_hit: Rate
    calibration: Point
    test: Point
    plain_same_threshold: Point
    plain_at_5_percent: Point | None
    peers: Mapping[str, Point]
    formed: Formed
    guards: Mapping[str, GuardEffect]
    curve: Sequence[Point]
    plain_curve: Sequence[Point]
    lookup_ms: Mapping[str, float]


def evaluate_cache(
    pairs: Sequence[Pair],
    vectors: Vectorised,
    verdicts: Verdicts,
    *,
    embedder: str,
    in_use: float,
    limit: float,
    progress: Progress,
) -> CacheEvaluation:
    """Evaluates the cache. `embedder` is the fingerprint of the model of `vectors`, `in_use` the threshold of
    the settings, and `limit` the largest rate of wrong answers per hit, from 0 to 1.
    """
    calibration_pairs, test_pairs = halves(pairs)
    calibration, test = judge(calibration_pairs, vectors), judge(test_pairs, vectors)
    best = certified([calibration.scored.guarded(threshold) for threshold in THRESHOLDS], limit)
    threshold = best.threshold if best else in_use
    plain_curve = [test.scored.plain(one) for one in THRESHOLDS]
    at_threshold = test.scored.guarded(threshold)
    return CacheEvaluation(
        pairs=len(pairs),
        calibration_pairs=len(calibration_pairs),
        test_pairs=len(test_pairs),
        embedder=embedder,
        limit=limit,
        threshold=threshold,
        certified=best is not None,
        hit_rate=at_threshold.hit_rate,
        wrong_per_hit=at_threshold.wrong_per_hit,
        calibration=calibration.scored.guarded(threshold),
        test=at_threshold,
        plain_same_threshold=test.scored.plain(threshold),
        plain_at_5_percent=reaching(plain_curve, USUAL_WRONG),
        peers={name: test.scored.plain(one) for name, one in PEERS.items()},
        formed=judged(formed(test_pairs, vectors, threshold), test_pairs, verdicts),
        guards=_effects(test, threshold),
        curve=[test.scored.guarded(one) for one in THRESHOLDS],
        plain_curve=plain_curve,
        lookup_ms=time_lookups(test_pairs, vectors, progress),
    )


def _effects(judged: ScoredPairs, threshold: float) -> dict[str, GuardEffect]:
    return {
        name: GuardEffect(
            alone=judged.scored.point(threshold, agreed),
            without=judged.scored.point(threshold, judged.without(name)),
        )
        for name, agreed in judged.by_guard.items()
    }
