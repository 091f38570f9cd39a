"""What the two kinds of view hold: a point for each chunk, with its words or with its vector.

Points have the chunk's key as id and the document version as payload, and depend on nothing else: writing
one twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, Protocol

import numpy as np
import xxhash
from qdrant_client import models

from ragapp.errors import StorageError
from ragapp.indexes.analyzer import VERSION as TOKENS
from ragapp.indexes.change_set import ChangeSource, change_set
from ragapp.indexes.qdrant.bm25 import Bm25Encoder, SparseVector
from ragapp.indexes.qdrant.points import VERSION, Fields
from ragapp.types import Collection

WORDS, DENSE = "words", "dense"


class PointFields(Protocol):
    """What a view takes from the truth."""

    name: str
    """Tells apart the views of one collection."""
    adding: Literal["parsed", "embedded"]
    """The kind of change that brings a version in."""
    fields: Fields

    def points(
        self, collection: Collection, version_ids: Iterable[int] | None = None
    ) -> Iterator[models.PointStruct]:
        """Of the live chunks by key; of those versions alone, when they are given."""


class KeywordFields:
    """The words of each chunk, as a sparse vector on disk; the server counts how rare they are."""

    name = f"{WORDS}{TOKENS}"
    adding: Literal["parsed", "embedded"] = "parsed"

    def __init__(self, truth: ChangeSource) -> None:
        self._truth = truth
        self._weigher = Bm25Encoder()
        index = models.SparseIndexParams(on_disk=True)
        words = models.SparseVectorParams(index=index, modifier=models.Modifier.IDF)
        self.fields = Fields(sparse={WORDS: words})

    def points(
        self, collection: Collection, version_ids: Iterable[int] | None = None
    ) -> Iterator[models.PointStruct]:
        for entry in self._truth.entries(collection.id, version_ids):
            words = _sparse(self._weigher.of_entry(entry))
            payload = {VERSION: entry.version_id}
            yield models.PointStruct(id=entry.key, vector={WORDS: words}, payload=payload)

    def query(self, query: str) -> models.SparseVector | None:
        """None when it has no word."""
        weights = self._weigher.of_query(query)
        return _sparse(weights) if len(weights) else None


class VectorFields:
    """The vectors of one embedder, on disk; codes of 8 bits and the graph stay in memory."""

    adding: Literal["parsed", "embedded"] = "embedded"

    def __init__(self, truth: ChangeSource, collection: Collection) -> None:
        self._truth = truth
        self._embedder = collection.embedder
        self._dimension = collection.dimension
        self.name = vectors_name(collection.embedder)
        codes = models.ScalarQuantizationConfig(type=models.ScalarType.INT8, always_ram=True)
        dense = models.VectorParams(size=self._dimension, distance=models.Distance.DOT, on_disk=True)
        self.fields = Fields(dense={DENSE: dense}, codes=models.ScalarQuantization(scalar=codes))

    def points(
        self, collection: Collection, version_ids: Iterable[int] | None = None
    ) -> Iterator[models.PointStruct]:
        """Raises StorageError for vectors that cannot be searched."""
        ready = self._ready(collection) if version_ids is None else None
        for keys, versions, vectors in self._truth.vectors(collection.id, self._embedder, version_ids):
            if vectors.shape[1] != self._dimension or not np.isfinite(vectors).all():
                raise StorageError(
                    f"The store holds vectors that are not {self._dimension} finite numbers. "
                    "`ragapp collections reindex` computes them again."
                )
            rows = zip(keys.tolist(), versions.tolist(), vectors.tolist(), strict=True)
            for key, version, vector in rows:
                if ready is None or version in ready:
                    yield models.PointStruct(id=key, vector={DENSE: vector}, payload={VERSION: version})

    def _ready(self, collection: Collection) -> frozenset[int]:
        """The store also has vectors of versions on their way; those come with their change-log row."""
        return frozenset(change_set(self._truth.changes(collection.id, 0), self.adding, 0).added)


def vectors_name(embedder: str) -> str:
    return f"vectors-{xxhash.xxh3_64_hexdigest(embedder.encode())}"


def _sparse(weights: SparseVector) -> models.SparseVector:
    return models.SparseVector(indices=weights.terms.tolist(), values=weights.values.tolist())
