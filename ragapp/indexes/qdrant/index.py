"""`SearchIndex` on a Qdrant cluster: for each collection, points with keywords and points with vectors."""

from __future__ import annotations

import re
import threading
from collections.abc import Set as AbstractSet
from functools import partial

import xxhash
from qdrant_client import QdrantClient

from ragapp.indexes.change_log import ChangeSource
from ragapp.indexes.qdrant.client import QdrantClientPool, QdrantSettings
from ragapp.indexes.qdrant.collection_index import CollectionIndex
from ragapp.indexes.qdrant.fields import (
    DENSE,
    WORDS,
    KeywordFields,
    PointFields,
    VectorFields,
)
from ragapp.indexes.qdrant.points import Points
from ragapp.indexes.ranking import check_vector, vectors_name
from ragapp.indexes.verification import when_steady
from ragapp.types import Collection, Ranking, Vectors


class QdrantIndex:
    """A SearchIndex on a Qdrant cluster. Safe to share between threads. Any number of processes, on any
    machines, may feed and search.

    Every method raises ServerUnavailable when no node answers, and StorageError when a node reports a
    failure.
    """

    def __init__(self, settings: QdrantSettings, database: ChangeSource) -> None:
        """Connects on first use. Raises UsageError for an invalid URL."""
        self._settings = settings
        self._servers = QdrantClientPool(settings)
        self._database = database
        self._keywords = KeywordFields(database)
        self._indexes: dict[str, CollectionIndex] = {}
        self._opening = threading.Lock()

    def catch_up(self, collection: Collection) -> None:
        """Brings both indexes to the collection's revision; costs nothing when they are there."""
        self._keyword_index(collection).catch_up(collection)
        self._vector_index(collection).catch_up(collection)

    def dense(
        self, collection: Collection, vector: Vectors, k: int, within: AbstractSet[int] | None = None
    ) -> Ranking:
        """The `k` chunks with the largest inner product with `vector`, shape (dimension,).

        Raises EmbedderMismatch when `vector` does not have the dimension of the collection's embedder.
        """
        check_vector(collection, vector)
        if k < 1:
            return ()
        return self._vector_index(collection).search(collection, vector.tolist(), DENSE, k, within)

    def keyword(
        self, collection: Collection, query: str, k: int, within: AbstractSet[int] | None = None
    ) -> Ranking:
        """The `k` chunks with the highest BM25 score."""
        weights = self._keywords.query(query)
        if k < 1 or weights is None:
            return ()
        return self._keyword_index(collection).search(collection, weights, WORDS, k, within)

    def verify(self, collection: Collection) -> str | None:
        """Reads every point and compares it with the database."""
        return when_steady(self._database, collection.name, self._difference)

    def purge(self, collection: Collection) -> str:
        """Catches up, which deletes the points of removed chunks."""
        self.catch_up(collection)
        return "Qdrant's segments hold deleted points until its optimizer rewrites them"

    def purge_soon(self, collection: Collection) -> None:
        """Does nothing, since the next search deletes the points."""

    def rebuild(self, collection: Collection) -> None:
        """Repairs the points that differ from the database, in place."""
        self._keyword_index(collection).reconcile(collection, values=True)
        self._vector_index(collection).reconcile(collection, values=True)

    def prepare(self, collection: Collection) -> None:
        """Writes the points of another embedder beside those in use."""
        self._vector_index(collection).reconcile(collection, values=False)

    def forget_others(self, collection: Collection) -> None:
        """Removes the points of other embedders."""
        current = self._name(collection, vectors_name(collection.embedder))
        of_vectors = self._name(collection, "vectors-")
        self._remove({name for name in self._names() if name.startswith(of_vectors) and name != current})

    def drop(self, collection_id: int) -> None:
        """Removes the collection's points, if it has any."""
        self._remove({name for name, of in self._names().items() if of == collection_id})

    def collection_ids(self) -> frozenset[int]:
        """The ids of all collections that have points here, deleted ones included."""
        return frozenset(self._names().values())

    def close(self) -> None:
        self._servers.close()

    def _difference(self, collection: Collection) -> str | None:
        vectors = self._vector_index(collection).compare(collection).described("vector index")
        return vectors or self._keyword_index(collection).compare(collection).described("keyword index")

    def _keyword_index(self, collection: Collection) -> CollectionIndex:
        return self._index(collection.id, self._name(collection, self._keywords.name), self._keywords)

    def _vector_index(self, collection: Collection) -> CollectionIndex:
        """One for each embedder, so that a search ends with the embedder it began with."""
        name = self._name(collection, vectors_name(collection.embedder))
        known = self._indexes.get(name)
        return known or self._index(collection.id, name, VectorFields(self._database, collection))

    def _index(self, collection_id: int, name: str, fields: PointFields) -> CollectionIndex:
        with self._opening:
            if name not in self._indexes:
                self._indexes[name] = CollectionIndex(
                    collection_id, Points(name, self._servers), fields, self._settings, self._database
                )
            return self._indexes[name]

    def _name(self, collection: Collection, index: str) -> str:
        """`created_at` tells apart collections that had the same id one after another."""
        created = xxhash.xxh3_64_hexdigest(collection.created_at.isoformat().encode())
        return f"{self._settings.prefix}-{collection.id}-{created}-{index}"

    def _names(self) -> dict[str, int]:
        """The names of our collections on the cluster, and for each the id of the collection that it
        indexes."""
        response = self._servers.call(lambda client: client.get_collections())
        ours = re.compile(rf"{re.escape(self._settings.prefix)}-(\d+)-[0-9a-f]{{16}}-(words|vectors-).*")
        matches = (ours.fullmatch(one.name) for one in response.collections)
        return {match[0]: int(match[1]) for match in matches if match}

    def _remove(self, names: set[str]) -> None:
        with self._opening:
            self._indexes = {name: current for name, current in self._indexes.items() if name not in names}
        for name in names:
            self._servers.call(partial(QdrantClient.delete_collection, collection_name=name))
