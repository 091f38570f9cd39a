"""Operations on collections: create, list, reindex, delete."""

from __future__ import annotations

from ragapp.errors import ConflictError, NotFoundError
from ragapp.service.dependencies import Dependencies
from ragapp.service.reindexing import OnProgress, reindex
from ragapp.types import DEFAULT_COLLECTION, Backlog, Collection


class CollectionService(Dependencies):
    def create_collection(self, name: str) -> Collection:
        """Creates a collection. Raises ConflictError, UsageError, ModelError."""
        embedder = self._embedder.get()
        return self._store.create_collection(name, embedder.fingerprint, embedder.dimension)

    def collection(self, name: str) -> Collection:
        """Returns the collection.

        Raises NotFoundError. The default collection is created when it is first requested.
        """
        try:
            return self._store.collection(name)
        except NotFoundError:
            if name != DEFAULT_COLLECTION:
                raise
        try:
            return self.create_collection(name)
        except ConflictError:  # another process has just created it
            return self._store.collection(name)

    def collections(self) -> list[Collection]:
        return self._store.collections()

    def reindex(self, name: str, embedder: str | None, on_progress: OnProgress) -> Collection:
        """Switches the collection to another embedder (by default the configured one) while it stays
        searchable.

        Raises NotFoundError, ModelError, UsageError, ConflictError.
        """
        self._store.collection(name)
        model = self._embedder.get() if embedder is None else self._embedders.named(embedder)
        return reindex(self._store, self._index, name, model, on_progress)

    def delete_collection(self, name: str) -> None:
        """Deletes the collection with all its documents. Raises NotFoundError."""
        documents = self._store.documents(name)
        self._index.drop(self._store.delete_collection(name).id)
        for document in documents:
            self._renderer.forget(document.id)
        if self._cache is not None:
            self._cache.forget_collection(name)

    def backlog(self, name: str) -> Backlog:
        """How many documents are accepted and not yet fully searchable."""
        return self._store.backlog(self.collection(name).id)
