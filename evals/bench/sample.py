"""The real chunks and vectors that larger collections are made after."""

from __future__ import annotations

import numpy as np

from ragapp.bootstrap import Workbench
from ragapp.errors import UsageError
from ragapp.protocols import Embedder
from ragapp.types import Vectors


def sample_of(bench: Workbench, name: str) -> tuple[Vectors, list[str], Embedder]:
    """A collection's vectors, the texts of its chunks, and its embedder. Raises NotFoundError, UsageError."""
    collection = bench.store.collection(name)
    batches = [vectors for _, _, vectors in bench.store.vectors(collection.id, collection.embedder)]
    texts = [entry.text for entry in bench.store.entries(collection.id)]
    if not batches or not texts:
        raise UsageError(
            f"Collection {name!r} has no vectors yet. Ingest documents, or name another with -c."
        )
    return np.concatenate(batches), texts, bench.embedders.of(collection)
