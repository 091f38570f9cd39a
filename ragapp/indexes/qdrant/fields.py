"""The points of the two kinds of index: one for each chunk, with its keywords or its vector.

A point has the chunk's key as id and the document version as payload. It depends on nothing else, so writing
it twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from qdrant_client import models

from ragapp.indexes.analyzer import VERSION as TOKENS
from ragapp.indexes.change_log import AddedBy, ChangeSource, change_set
from ragapp.indexes.qdrant.bm25 import Bm25Encoder, SparseVector
from ragapp.indexes.qdrant.points import VERSION, Fields
from ragapp.indexes.ranking import check_stored, vectors_name
from ragapp.types import Collection

WORDS, DENSE = "words", "dense"


class PointFields(Protocol):
    """The points of one index as the database has them."""

    name: str
    """Tells apart the indexes of one collection."""
    added_by: AddedBy
    fields: Fields

    def points(
        self, collection: Collection, version_ids: Iterable[int] | None = None
    ) -> Iterator[models.PointStruct]:
        """The points of the live chunks by key: of all versions, or only of the given ones."""


class KeywordFields:
    """The keywords of each chunk, as a sparse vector on disk; the server counts how rare they are."""

    name = f"{WORDS}{TOKENS}"
    added_by: AddedBy = "parsed"

    def __init__(self, database: ChangeSource) -> None:
        self._database = database
        self._encoder = Bm25Encoder()
        index = models.SparseIndexParams(on_disk=True)
        keywords = models.SparseVectorParams(index=index, modifier=models.Modifier.IDF)
        self.fields = Fields(sparse={WORDS: keywords})

    def points(
        self, collection: Collection, version_ids: Iterable[int] | None = None
    ) -> Iterator[models.PointStruct]:
        for entry in self._database.entries(collection.id, version_ids):
            keywords = _sparse(self._encoder.of_entry(entry))
            payload = {VERSION: entry.version_id}
            yield models.PointStruct(id=entry.key, vector={WORDS: keywords}, payload=payload)

    def query(self, query: str) -> models.SparseVector | None:
        """The sparse vector of a query; None if it has no keywords."""
        weights = self._encoder.of_query(query)
        return _sparse(weights) if len(weights) else None


class VectorFields:
    """The vectors of one embedder, on disk; 8-bit codes and the graph stay in memory."""

    added_by: AddedBy = "embedded"

    def __init__(self, database: ChangeSource, collection: Collection) -> None:
        self._database = database
        self._embedder = collection.embedder
        self._dimension = collection.dimension
        self.name = vectors_name(collection.embedder)
        codes = models.ScalarQuantizationConfig(type=models.ScalarType.INT8, always_ram=True)
        dense = models.VectorParams(size=self._dimension, distance=models.Distance.DOT, on_disk=True)
        self.fields = Fields(dense={DENSE: dense}, codes=models.ScalarQuantization(scalar=codes))

    def points(
        self, collection: Collection, version_ids: Iterable[int] | None = None
    ) -> Iterator[models.PointStruct]:
        """The points of the vectors. Raises StorageError for vectors that cannot be searched."""
        ready = self._ready(collection) if version_ids is None else None
        for keys, versions, vectors in self._database.vectors(collection.id, self._embedder, version_ids):
            check_stored(vectors, self._dimension)
            rows = zip(keys.tolist(), versions.tolist(), vectors.tolist(), strict=True)
            for key, version, vector in rows:
                if ready is None or version in ready:
                    yield models.PointStruct(id=key, vector={DENSE: vector}, payload={VERSION: version})

    def _ready(self, collection: Collection) -> frozenset[int]:
        """The versions that are fully embedded. The database also has vectors of versions that are not
        yet."""
        return frozenset(change_set(self._database.changes(collection.id, 0), self.added_by).added)


def _sparse(weights: SparseVector) -> models.SparseVector:
    return models.SparseVector(indices=weights.terms.tolist(), values=weights.values.tolist())
