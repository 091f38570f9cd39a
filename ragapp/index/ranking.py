"""Turning candidates into a ranking that does not depend on where the candidates were stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ragapp.types import Ranking

Candidates = tuple[NDArray[np.int64], NDArray[np.floating[Any]]]
"""(keys, scores), each of shape (n,), in any order."""

MARGIN = 16
"""Candidates asked for beyond k: copies of one text tie, and more than a few copies are rare."""


def best(k: int, available: int, candidates: Callable[[int], Candidates]) -> Ranking:
    """The `k` best of what `candidates(n)` (the n best, ties in any order) returns; ties go by key.

    When the tie at place k may go on beyond the n that were fetched, more are fetched.
    """
    n = min(available, k + MARGIN)
    while True:
        keys, scores = candidates(n)
        order = np.lexsort((keys, -scores))
        cut_in_tie = len(order) > k and scores[order[-1]] == scores[order[k - 1]]
        if len(order) < n or n >= available or not cut_in_tie:
            return tuple((int(keys[row]), float(scores[row])) for row in order[:k])
        n = min(available, 4 * n)
