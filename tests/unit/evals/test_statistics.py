"""Significance tests on cases with known results."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import stats

from evals.statistics.paired import bootstrap_interval, compare, randomisation_p
from ragapp.errors import UsageError


def exact_p(differences: np.ndarray) -> float:
    """By every way of flipping signs."""
    sums = [abs(np.dot(signs, differences)) for signs in product([-1, 1], repeat=len(differences))]
    return float(np.mean([value >= abs(differences.sum()) - 1e-12 for value in sums]))


@pytest.mark.parametrize("seed", range(5))
def test_randomisation_agrees_with_all_sign_flips(seed: int) -> None:
    differences = np.random.default_rng(seed).normal(0.3, 1, size=10).round(2)
    # Ten thousand resamples put p within .015 of the exact one, three standard errors of the worst case.
    assert randomisation_p(differences) == pytest.approx(exact_p(differences), abs=0.015)


def test_equal_systems_give_p_of_one_and_an_interval_of_zero() -> None:
    scores = {"q1": 0.2, "q2": 0.9, "q3": 0.4}
    result = compare(scores, scores)
    assert (result.p, result.low, result.difference, result.high) == (1.0, 0.0, 0.0, 0.0)
    assert (result.wins, result.ties, result.losses) == (0, 3, 0)


def test_a_clear_gain_is_significant_and_its_interval_excludes_zero() -> None:
    rng = np.random.default_rng(1)
    worse = {f"q{n}": float(value) for n, value in enumerate(rng.uniform(0, 0.8, size=200))}
    better = {query: value + float(rng.normal(0.05, 0.1)) for query, value in worse.items()}
    result = compare(better, worse)
    assert result.p < 0.001
    assert 0 < result.low < result.difference < result.high
    assert compare(worse, better).difference == pytest.approx(-result.difference)


def test_false_positives_occur_at_about_the_nominal_rate() -> None:
    rng = np.random.default_rng(2)
    called = [randomisation_p(rng.normal(size=40), resamples=500) <= 0.05 for _ in range(400)]
    # Binomial(400, .05): fewer than 5 or more than 38 happens less than once in ten thousand.
    assert 5 <= sum(called) <= 38


def test_interval_agrees_with_scipy() -> None:
    values = np.random.default_rng(3).exponential(size=300)
    theirs = stats.bootstrap((values,), np.mean, method="percentile", rng=np.random.default_rng(4))
    ours = bootstrap_interval(values)
    assert ours == pytest.approx(tuple(theirs.confidence_interval), abs=0.02)


def test_the_same_seed_gives_the_same_figures() -> None:
    a, b = {"q1": 0.1, "q2": 0.7, "q3": 0.3}, {"q1": 0.2, "q2": 0.4, "q3": 0.1}
    assert compare(a, b, seed=5) == compare(a, b, seed=5)


@pytest.mark.parametrize(("a", "b"), [({"q1": 1.0}, {"q2": 1.0}), ({"q1": 1.0}, {}), ({}, {})])
def test_other_queries_cannot_be_compared(a: dict[str, float], b: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="same queries"):
        compare(a, b)
