"""Generates vectors and texts that resemble those of a real collection, to measure large indexes.

A new vector is a real one that is moved within its neighbourhood. The direction is a random mixture of the
directions to its nearest neighbours. The distance is drawn as in a ball of the intrinsic dimension of the
collection, whose radius is the distance to the farthest of these neighbours. Thus new vectors lie where real
ones do, and distances between neighbours shrink with the number of vectors as in a larger real collection.
Random noise has no neighbourhoods, so approximate indexes perform much worse on it than on real data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import faiss
import numpy as np
from numpy.typing import NDArray

from ragapp.errors import UsageError
from ragapp.types import Vectors

NEIGHBOURS = 10
FEWEST = 1000
"""The fewest real chunks from which a distribution can be estimated."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """Real vectors from which more are made. `vectors` have shape (n, dimension); `neighbours`, shape (n,
    10), nearest first, and the Euclidean `distances` to them.
    """

    vectors: Vectors
    neighbours: NDArray[np.int64]
    distances: NDArray[np.float32]

    @classmethod
    def of(cls, vectors: Vectors) -> Expansion:
        """Measures the expansion of the vectors. Raises UsageError when there are too few."""
        real = np.unique(vectors, axis=0)  # copies of a text have no neighbourhood
        if len(real) < FEWEST:
            raise UsageError(
                f"The collection has {len(real)} different chunks with vectors, but at least {FEWEST} are "
                "needed. Ingest more documents, or select a larger collection with -c."
            )
        squares, places = faiss.knn(real, real, NEIGHBOURS + 1)
        return cls(real, places[:, 1:], np.sqrt(np.maximum(squares[:, 1:], 0)))

    @property
    def intrinsic_dimension(self) -> float:
        """The intrinsic dimension of the vectors: Levina and Bickel's maximum likelihood estimate, averaged
        as MacKay and Ghahramani propose.
        """
        apart = self.distances[self.distances[:, 0] > 0]
        return float(1 / np.mean(np.log(apart[:, -1:] / apart[:, :-1])))

    def draw(self, count: int, rng: np.random.Generator) -> Vectors:
        """Draws new unit vectors, shape (count, dimension)."""
        of = rng.integers(len(self.vectors), size=count)
        start = self.vectors[of]
        weights = rng.standard_normal((count, NEIGHBOURS)).astype(np.float32)
        directions = np.einsum("nk,nkd->nd", weights, self.vectors[self.neighbours[of]] - start[:, None])
        directions /= np.linalg.norm(directions, axis=1, keepdims=True) + 1e-9
        reach = self.distances[of, -1] * rng.random(count) ** (1 / self.intrinsic_dimension)
        moved: Vectors = start + directions * reach[:, None].astype(np.float32)
        moved /= np.linalg.norm(moved, axis=1, keepdims=True)
        return moved


def mixed_text(texts: Sequence[str], rng: np.random.Generator) -> str:
    """Joins half of one real text with half of another, so that no generated text repeats another."""
    one, other = (texts[place] for place in rng.integers(len(texts), size=2))
    return f"{one[: len(one) // 2]} {other[len(other) // 2 :]}"
