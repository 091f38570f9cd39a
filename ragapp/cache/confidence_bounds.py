"""Exact confidence bounds on the rate of an event from a number of trials."""

from __future__ import annotations

import math
from collections.abc import Callable

CONFIDENCE = 0.95


def upper_bound(events: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """One-sided Clopper–Pearson: the true rate is below this with that confidence; 1 without trials.

    Clopper and Pearson, "The use of confidence or fiducial limits", Biometrika 26, 1934.
    """
    if events >= trials:
        return 1.0
    return _rate_where(lambda rate: _at_most(events, trials, rate) - (1 - confidence))


def lower_bound(events: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """One-sided Clopper–Pearson: the true rate is above this with that confidence; 0 without events."""
    return 1.0 - upper_bound(trials - events, trials, confidence) if events else 0.0


def _rate_where(falling: Callable[[float], float]) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return high


def _at_most(events: int, trials: int, rate: float) -> float:
    """The probability of at most `events` in `trials`, computed by logarithms to avoid underflow."""
    if rate <= 0.0 or rate >= 1.0:
        return 1.0 if rate <= 0.0 else 0.0
    total = 0.0
    term = trials * math.log1p(-rate)
    for count in range(events + 1):
        total += math.exp(term)
        term += math.log((trials - count) / (count + 1)) + math.log(rate) - math.log1p(-rate)
    return total
