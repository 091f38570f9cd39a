"""Hits and wrong hits at every threshold, and the choice of the certified threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ragapp.cache.confidence_bounds import upper_bound

THRESHOLDS: Sequence[float] = tuple(round(0.8 + 0.005 * step, 3) for step in range(40))

NEARLY = 0.98
"""The share of the most hits that a higher threshold must reach to be preferred."""

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate with its one-sided 95% Clopper–Pearson upper bound."""

    estimate: float
    upper_95: float


@dataclass(frozen=True, slots=True)
class Point:
    """The result of a rule on a set of pairs. `hit_rate` is the share of all pairs that are hits."""

    threshold: float
    hits: int
    wrong: int
    hit_rate: float
    wrong_per_hit: Rate


@dataclass(frozen=True, slots=True)
class Scored:
    """The cosine and label of each pair, and whether the guards agree: arrays of shape (pairs,)."""

    cosines: Floats
    same: Bools
    agreed: Bools

    def plain(self, threshold: float) -> Point:
        """The result by cosine alone, the rule of most semantic caches."""
        return self.point(threshold, np.ones_like(self.agreed))

    def guarded(self, threshold: float) -> Point:
        return self.point(threshold, self.agreed)

    def point(self, threshold: float, agreed: Bools) -> Point:
        served = agreed & (self.cosines >= np.float32(threshold))
        hits, wrong = int(served.sum()), int((served & ~self.same).sum())
        rate = Rate(wrong / hits if hits else 0.0, upper_bound(wrong, hits))
        return Point(threshold, hits, wrong, hits / len(served), rate)


def certified(points: Sequence[Point], limit: float) -> Point | None:
    """Chooses the highest threshold with nearly the most hits whose upper bound of wrong hits is within
    `limit`.

    Where guards decide, a lower threshold gains almost nothing, and a higher one is a second line of defence.
    """
    within = [point for point in points if point.wrong_per_hit.upper_95 <= limit]
    most = max((point.hits for point in within), default=0)
    enough = [point for point in within if point.hits >= NEARLY * most]
    return max(enough, key=lambda point: point.threshold, default=None)


def reaching(points: Sequence[Point], estimate: float) -> Point | None:
    """The point with the highest hit rate whose estimated rate of wrong hits is at most `estimate`."""
    within = [point for point in points if point.hits and point.wrong_per_hit.estimate <= estimate]
    return max(within, key=lambda point: point.hit_rate, default=None)
