"""More vectors and texts like those of a real collection, so that large indexes can be measured.

A new vector is a real one moved within its neighbourhood: along a random mixture of the directions to
its nearest neighbours, by a distance drawn as distances are in a ball of the collection's intrinsic
dimension with the farthest of those neighbours on its rim. So new vectors lie where real ones lie, and
the distance between neighbours shrinks with the number of vectors as it would in a larger collection of
the same kind. White noise has no neighbourhoods: on it no approximate index would look any good.
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
"""Real chunks below which there is no distribution to speak of."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """`vectors` are real ones, shape (n, dimension); `neighbours`, shape (n, 10), nearest first, and the
    Euclidean `distances` to them."""

    vectors: Vectors
    neighbours: NDArray[np.int64]
    distances: NDArray[np.float32]

    @classmethod
    def of(cls, vectors: Vectors) -> Expansion:
        """Raises UsageError when there are too few."""
        real = np.unique(vectors, axis=0)  # copies of a text have no neighbourhood
        if len(real) < FEWEST:
            raise UsageError(
                f"The collection has {len(real)} different chunks with vectors, but {FEWEST} are needed: "
                "ingest more, or name a larger collection with -c."
            )
        squares, places = faiss.knn(real, real, NEIGHBOURS + 1)
        return cls(real, places[:, 1:], np.sqrt(np.maximum(squares[:, 1:], 0)))

    @property
    def intrinsic_dimension(self) -> float:
        """Levina and Bickel's maximum likelihood estimate, averaged as MacKay and Ghahramani propose."""
        apart = self.distances[self.distances[:, 0] > 0]
        return float(1 / np.mean(np.log(apart[:, -1:] / apart[:, :-1])))

    def draw(self, count: int, rng: np.random.Generator) -> Vectors:
        """Shape (count, dimension), of unit length."""
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
    """Half of one real text and half of another: real words, in a chunk that is not there twice."""
    one, other = (texts[place] for place in rng.integers(len(texts), size=2))
    return f"{one[: len(one) // 2]} {other[len(other) // 2 :]}"
