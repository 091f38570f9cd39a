"""Paired significance tests between two systems over the same queries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ragapp.errors import UsageError

RESAMPLES = 10_000
_AT_ONCE = 500
"""The resamples that are drawn at once, which limits memory to 4 kB per query."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The mean of `a` minus that of `b` over the same queries.

    `low` and `high` are its 95% bootstrap interval. `p` is the probability of a difference at least this
    large in either direction if both systems were equally good. `effect` is Cohen's d of paired samples: the
    difference in standard deviations of the differences.
    """

    difference: float
    low: float
    high: float
    p: float
    wins: int
    ties: int
    losses: int
    effect: float = 0.0


def compare(a: Mapping[str, float], b: Mapping[str, float], *, seed: int = 0) -> Comparison:
    """Compares scores by query id. Raises UsageError unless both have the same queries, and at least one."""
    if a.keys() != b.keys() or not a:
        raise UsageError(
            f"Only runs over the same queries can be compared; these have {len(a)} and {len(b)}, "
            f"{len(a.keys() & b.keys())} in common. Run both with the same dataset, --limit and --seed."
        )
    differences = np.array([a[query] - b[query] for query in sorted(a)])
    low, high = bootstrap_interval(differences, seed=seed)
    return Comparison(
        difference=float(differences.mean()),
        low=low,
        high=high,
        p=randomisation_p(differences, seed=seed),
        wins=int((differences > 0).sum()),
        ties=int((differences == 0).sum()),
        losses=int((differences < 0).sum()),
        effect=_effect(differences),
    )


def randomisation_p(differences: Floats, *, seed: int = 0, resamples: int = RESAMPLES) -> float:
    """Two-sided p of Fisher's paired randomisation test, which flips the signs of the differences at random.

    Smucker, Allan, Carterette, "A comparison of statistical significance tests for information retrieval
    evaluation", CIKM 2007. The sample itself counts as one resample, so p is never 0.
    """
    observed = abs(differences.sum())
    # Sums of the same numbers in another order differ in the last bits; they count as equal.
    threshold = observed - 1e-9 * max(1.0, observed)
    rng = np.random.default_rng(seed)
    extreme = 0
    for count in _batches(resamples):
        signs = rng.choice(np.array([-1.0, 1.0]), size=(count, len(differences)))
        extreme += int((np.abs(signs @ differences) >= threshold).sum())
    return (extreme + 1) / (resamples + 1)


def bootstrap_interval(
    values: Floats, *, seed: int = 0, resamples: int = RESAMPLES, level: float = 0.95
) -> tuple[float, float]:
    """Percentile interval of the mean of `values`, shape (n,).

    Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
    """
    rng = np.random.default_rng(seed)
    n = len(values)
    means = [values[rng.integers(n, size=(count, n))].mean(axis=1) for count in _batches(resamples)]
    low, high = np.quantile(np.concatenate(means), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _effect(differences: Floats) -> float:
    spread = float(differences.std(ddof=1)) if len(differences) > 1 else 0.0
    return float(differences.mean()) / spread if spread else 0.0


def _batches(total: int) -> Iterator[int]:
    for start in range(0, total, _AT_ONCE):
        yield min(_AT_ONCE, total - start)
