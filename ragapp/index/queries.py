"""What a query must be before any view is asked."""

from __future__ import annotations

import numpy as np

from ragapp.errors import EmbedderMismatch, UsageError
from ragapp.types import Collection, Vectors


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
