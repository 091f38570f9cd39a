"""`SearchIndex` on a Qdrant cluster: of each collection, one set of points for words and one for vectors."""

from __future__ import annotations

import re
import threading
from collections.abc import Set as AbstractSet
from functools import partial

import xxhash
from qdrant_client import QdrantClient

from ragapp.indexes.change_set import ChangeSource
from ragapp.indexes.qdrant.client import QdrantClientPool, QdrantSettings
from ragapp.indexes.qdrant.collection_index import CollectionIndex
from ragapp.indexes.qdrant.fields import (
    DENSE,
    WORDS,
    KeywordFields,
    PointFields,
    VectorFields,
    vectors_name,
)
from ragapp.indexes.qdrant.points import Points
from ragapp.indexes.ranking import check_vector
from ragapp.indexes.verification import when_steady
from ragapp.types import Collection, Ranking, Vectors


class QdrantIndex:
    """Safe to share between threads. Any number of processes, on any machines, may feed and search.

    Every method raises ServerUnavailable when no node answers, and StorageError when they cannot do it.
    """

    def __init__(self, settings: QdrantSettings, truth: ChangeSource) -> None:
        """Connects on first use. Raises UsageError for a URL that is none."""
        self._settings = settings
        self._servers = QdrantClientPool(settings)
        self._truth = truth
        self._words = KeywordFields(truth)
        self._views: dict[str, CollectionIndex] = {}
        self._opening = threading.Lock()

    def catch_up(self, collection: Collection) -> None:
        """Feeds both views up to the collection's revision; costs nothing when they are there."""
        self._word_view(collection).catch_up(collection)
        self._vector_view(collection).catch_up(collection)

    def dense(
        self, collection: Collection, vector: Vectors, k: int, within: AbstractSet[int] | None = None
    ) -> Ranking:
        """The `k` chunks with the largest inner product with `vector`, shape (dimension,).

        Raises EmbedderMismatch when `vector` cannot be of the collection's embedder.
        """
        check_vector(collection, vector)
        if k < 1:
            return ()
        return self._vector_view(collection).search(collection, vector.tolist(), DENSE, k, within)

    def keyword(
        self, collection: Collection, query: str, k: int, within: AbstractSet[int] | None = None
    ) -> Ranking:
        """The `k` chunks with the highest BM25 score."""
        weights = self._words.query(query)
        if k < 1 or weights is None:
            return ()
        return self._word_view(collection).search(collection, weights, WORDS, k, within)

    def verify(self, collection: Collection) -> str | None:
        """Reads every point and compares it with the truth."""
        return when_steady(self._truth, collection.name, self._difference)

    def purge(self, collection: Collection) -> str:
        """Points are deleted when the views catch up."""
        self.catch_up(collection)
        return "Qdrant's segments hold deleted points until its optimizer rewrites them"

    def purge_soon(self, collection: Collection) -> None:
        """The next search deletes the points."""

    def rebuild(self, collection: Collection) -> None:
        """Mends what differs from the truth where it stands: nothing is held twice meanwhile."""
        self._word_view(collection).reconcile(collection, values=True)
        self._vector_view(collection).reconcile(collection, values=True)

    def prepare(self, collection: Collection) -> None:
        """Fills the points of another embedder beside those in use."""
        self._vector_view(collection).reconcile(collection, values=False)

    def forget_others(self, collection: Collection) -> None:
        """Removes the points of other embedders."""
        kept = self._name(collection, vectors_name(collection.embedder))
        of_vectors = self._name(collection, "vectors-")
        self._remove({name for name in self._names() if name.startswith(of_vectors) and name != kept})

    def drop(self, collection_id: int) -> None:
        """Removes the collection's points. There is nothing to do when it has none."""
        self._remove({name for name, of in self._names().items() if of == collection_id})

    def collection_ids(self) -> frozenset[int]:
        """Of all collections that have points here, deleted ones included."""
        return frozenset(self._names().values())

    def close(self) -> None:
        self._servers.close()

    def _difference(self, collection: Collection) -> str | None:
        vectors = self._vector_view(collection).compare(collection).told("vector view")
        return vectors or self._word_view(collection).compare(collection).told("keyword view")

    def _word_view(self, collection: Collection) -> CollectionIndex:
        return self._view(self._name(collection, self._words.name), self._words)

    def _vector_view(self, collection: Collection) -> CollectionIndex:
        """One for each embedder: who began to search by a former one ends with it."""
        name = self._name(collection, vectors_name(collection.embedder))
        return self._views.get(name) or self._view(name, VectorFields(self._truth, collection))

    def _view(self, name: str, contents: PointFields) -> CollectionIndex:
        with self._opening:
            if name not in self._views:
                points = Points(name, self._servers)
                self._views[name] = CollectionIndex(points, contents, self._settings, self._truth)
            return self._views[name]

    def _name(self, collection: Collection, view: str) -> str:
        """`created_at` tells apart collections that got the same id in turn."""
        born = xxhash.xxh3_64_hexdigest(collection.created_at.isoformat().encode())
        return f"{self._settings.prefix}-{collection.id}-{born}-{view}"

    def _names(self) -> dict[str, int]:
        """Our collections on the cluster, and the id of the collection that each is of."""
        response = self._servers.call(lambda client: client.get_collections())
        ours = re.compile(rf"{re.escape(self._settings.prefix)}-(\d+)-[0-9a-f]{{16}}-(words|vectors-).*")
        matches = (ours.fullmatch(one.name) for one in response.collections)
        return {match[0]: int(match[1]) for match in matches if match}

    def _remove(self, names: set[str]) -> None:
        with self._opening:
            self._views = {name: view for name, view in self._views.items() if name not in names}
        for name in names:
            self._servers.call(partial(QdrantClient.delete_collection, collection_name=name))
