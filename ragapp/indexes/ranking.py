"""What a query must be before any view is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ragapp.errors import EmbedderMismatch, UsageError
from ragapp.types import Collection, Ranking, Vectors


def check_vector(collection: Collection, vector: Vectors) -> None:
    """Raises EmbedderMismatch when `vector` cannot be of the collection's embedder, UsageError when it is
    not finite."""
    if vector.shape != (collection.dimension,):
        raise EmbedderMismatch(
            f"Collection '{collection.name}' holds vectors of {collection.embedder}, of dimension "
            f"{collection.dimension}; the query's has shape {vector.shape}. Set RAGAPP_EMBEDDER to that "
            f"model, or run `ragapp collections reindex {collection.name}`."
        )
    if not np.isfinite(vector).all():
        raise UsageError("The query's vector has values that are not finite. Check the embedder.")


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
