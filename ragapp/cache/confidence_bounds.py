"""How often something happens at most, or at least, from having seen it happen a few times."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

CONFIDENCE = 0.95


def upper_bound(events: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """One-sided Clopper–Pearson: the true rate is below this with that confidence; 1 without trials.

    Clopper and Pearson, "The use of confidence or fiducial limits", Biometrika 26, 1934.
    """
    if events >= trials:
        return 1.0
    return _rate_where(lambda rate: _at_most(events, trials, rate) - (1 - confidence))


def lower_bound(events: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """The other side: the true rate is above this with that confidence; 0 without events."""
    return 1.0 - upper_bound(trials - events, trials, confidence) if events else 0.0


def _rate_where(falling: Callable[[float], float]) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return high


def _at_most(events: int, trials: int, rate: float) -> float:
    """The chance of no more than `events` in `trials`, summed from the largest term's logarithm down."""
    if rate <= 0.0 or rate >= 1.0:
        return 1.0 if rate <= 0.0 else 0.0
    total = 0.0
    term = trials * math.log1p(-rate)
    for count in range(events + 1):
        total += math.exp(term)
        term += math.log((trials - count) / (count + 1)) + math.log(rate) - math.log1p(-rate)
    return total


_THRESHOLDS: Mapping[str, float] = {
    "bge-small-en-v1.5@db76f9f0567b5ccc": 0.93,
}
"""Cosines by the embedder's fingerprint, for question pairs on which all guards agree. Those of one model
say nothing of another. docs/cache.md has the figures; `ragapp eval cache` makes them."""


def calibrated_threshold(fingerprint: str) -> float | None:
    """None for an embedder that nobody has calibrated."""
    return _THRESHOLDS.get(fingerprint)
