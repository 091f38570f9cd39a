"""What all indexes share: checking vectors, and ranking candidates with ties by key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import xxhash
from numpy.typing import NDArray

from ragapp.errors import EmbedderMismatch, StorageError, UsageError
from ragapp.types import Collection, Ranking, Vectors


def check_vector(collection: Collection, vector: Vectors) -> None:
    """Checks the vector of a query.

    Raises EmbedderMismatch if it does not have the dimension of the collection's embedder, and UsageError if
    it is not finite.
    """
    if vector.shape != (collection.dimension,):
        raise EmbedderMismatch(
            f"Collection '{collection.name}' holds vectors of {collection.embedder}, of dimension "
            f"{collection.dimension}, but the query's vector has shape {vector.shape}. Set RAGAPP_EMBEDDER "
            "to "
            f"that model, or run `ragapp collections reindex {collection.name}`."
        )
    if not np.isfinite(vector).all():
        raise UsageError("The query's vector has values that are not finite. Check the embedder.")


def check_stored(vectors: Vectors, dimension: int) -> None:
    """Checks vectors of the database, shape (n, dimension).

    Raises StorageError if they cannot be searched.
    """
    if vectors.shape[1] != dimension or not np.isfinite(vectors).all():
        raise StorageError(
            f"The database holds vectors that are not {dimension} finite numbers. "
            "Run `ragapp collections reindex` to compute them again."
        )


def vectors_name(embedder: str) -> str:
    """The name of an index of that embedder's vectors, among the indexes of a collection."""
    return f"vectors-{xxhash.xxh3_64_hexdigest(embedder.encode())}"


Candidates = tuple[NDArray[np.int64], NDArray[np.floating[Any]]]
"""(keys, scores), each of shape (n,), in any order."""

MARGIN = 16
"""Candidates fetched beyond k. Copies of one text tie, and more than a few copies are rare."""


def best(k: int, available: int, candidates: Callable[[int], Candidates]) -> Ranking:
    """The `k` best of `candidates(n)`, which returns the n best with ties in any order; here, ties go by key.

    Fetches more candidates when the tie at rank k may extend beyond those that were fetched.
    """
    n = min(available, k + MARGIN)
    while True:
        keys, scores = candidates(n)
        order = np.lexsort((keys, -scores))
        cut_in_tie = len(order) > k and scores[order[-1]] == scores[order[k - 1]]
        if len(order) < n or n >= available or not cut_in_tie:
            return tuple((int(keys[row]), float(scores[row])) for row in order[:k])
        n = min(available, 4 * n)
