"""Leaves out questions that ask what another one asks already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from evals.making.drafts import Draft
from ragapp.protocols import Embedder
from ragapp.types import Vectors

ALIKE = 0.95
"""Cosine from which two questions count as one. The cache's threshold for bge-small lies near it."""


def distinct(drafts: Iterable[Draft], embedder: Embedder) -> Iterator[Draft]:
    """Those that are not near-duplicates of one before them."""
    kept: Vectors = np.empty((0, embedder.dimension), np.float32)
    for draft in drafts:
        vector = embedder.embed_query(draft.question)
        if len(kept) and float((kept @ vector).max()) >= ALIKE:
            continue
        kept = np.vstack([kept, vector])
        yield draft
