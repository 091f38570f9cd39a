from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ragapp.indexes.ranking import Candidates, best


@given(st.lists(st.integers(0, 2), min_size=40, max_size=120), st.integers(1, 30), st.randoms())
def test_the_ranking_does_not_depend_on_how_ties_were_fetched(scores, k, random) -> None:  # type: ignore[no-untyped-def]
    rows = list(enumerate(scores))
    random.shuffle(rows)

    def candidates(n: int) -> Candidates:
        top = sorted(rows, key=lambda row: -row[1])[:n]  # stable: ties stay shuffled
        return np.array([key for key, _ in top], np.int64), np.array([score for _, score in top], np.float32)

    expected = sorted(enumerate(scores), key=lambda row: (-row[1], row[0]))[:k]
    assert best(k, len(rows), candidates) == tuple(expected)
