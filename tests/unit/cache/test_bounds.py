"""The bounds agree with the textbook's through the beta distribution."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from ragapp.cache.confidence_bounds import lower_bound, upper_bound


@settings(deadline=None)  # how busy the machine is says nothing of the code
@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_bounds_are_quantiles_of_the_beta_distribution(seen: tuple[int, int]) -> None:
    events, trials = seen
    above = beta.ppf(0.95, events + 1, trials - events) if events < trials else 1.0
    below = beta.ppf(0.05, events, trials - events + 1) if events else 0.0
    assert upper_bound(events, trials) == pytest.approx(above, abs=1e-6)
    assert lower_bound(events, trials) == pytest.approx(below, abs=1e-6)


def test_nothing_seen_bounds_nothing() -> None:
    assert (lower_bound(0, 0), upper_bound(0, 0)) == (0.0, 1.0)
