"""`SearchIndex` on this machine: a vector index and a keyword index of each collection, in files."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import threading
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ragapp.errors import RagappError, StorageError
from ragapp.files.permissions import private_folder
from ragapp.indexes.change_log import ChangeSource
from ragapp.indexes.local.keyword_index import KeywordIndex
from ragapp.indexes.local.locks import write_lock
from ragapp.indexes.local.vector_index import VectorIndex, optimizing_lock_file
from ragapp.indexes.ranking import vectors_name
from ragapp.indexes.verification import when_steady
from ragapp.types import Collection, Ranking, Vectors

log = logging.getLogger(__name__)

MAX_PURGED_CHUNKS = 5_000
"""Indexes up to this size are purged in the background. Rewriting them takes a second, two on a busy
machine."""
NICENESS = 10
"""The niceness of threads that build indexes while others search."""


@dataclass(frozen=True, slots=True, eq=False)
class _CollectionIndexes:
    vectors: VectorIndex
    keywords: KeywordIndex


class LocalIndex:
    """A SearchIndex in the files of `folder`. Safe to share between threads. Processes on one machine may
    share `folder`.

    Each process has its own readers. One process at a time writes files, under a file lock that is released
    when the process dies.
    """

    def __init__(self, folder: Path, database: ChangeSource) -> None:
        self._dir = folder
        self._database = database
        self._indexes: dict[tuple[int, str], _CollectionIndexes] = {}
        self._opening = threading.Lock()
        self._to_optimize: set[_CollectionIndexes] = set()
        """Indexes whose optimization is queued: each search asks for it, but it is done once."""
        self._to_purge: set[int] = set()
        """Collections whose purge is queued: one serves many deletions."""
        self._background = ThreadPoolExecutor(max_workers=1, thread_name_prefix="indexes")

    def catch_up(self, collection: Collection) -> None:
        """Brings both indexes to the collection's revision; costs nothing when they are there.

        Raises StorageError when the disk is full, ConflictError when another process locks an index for
        minutes.
        """
        indexes = self._indexes_of(collection)
        indexes.keywords.catch_up(collection)
        if indexes.vectors.needs_optimizing(collection) and indexes not in self._to_optimize:
            self._to_optimize.add(indexes)
            self._background.submit(self._optimize, indexes, collection)

    def dense(
        self, collection: Collection, vector: Vectors, k: int, within: AbstractSet[int] | None = None
    ) -> Ranking:
        """The `k` chunks with the largest inner product with `vector`, shape (dimension,).

        Raises EmbedderMismatch when `vector` does not have the dimension of the collection's embedder.
        """
        return self._indexes_of(collection).vectors.search(collection, vector, k, within) if k > 0 else ()

    def keyword(
        self, collection: Collection, query: str, k: int, within: AbstractSet[int] | None = None
    ) -> Ranking:
        """The `k` chunks with the highest BM25 score."""
        return self._indexes_of(collection).keywords.search(collection, query, k, within) if k > 0 else ()

    def verify(self, collection: Collection) -> str | None:
        """Reads every file of the indexes and compares them with the database, chunk by chunk."""
        return when_steady(self._database, collection.name, self._difference)

    def purge(self, collection: Collection) -> str:
        """Rewrites indexes whose files still hold removed chunks. Raises as `catch_up` does."""
        if self._folder(collection.id).exists():  # else it was never searched
            indexes = self._indexes_of(collection)
            indexes.keywords.purge(collection)
            indexes.vectors.purge(collection)
        return ""

    def purge_soon(self, collection: Collection) -> None:
        """Purges small indexes in the background. Larger ones drop removed chunks once those make up a
        quarter of them, or by `purge`."""
        if self._folder(collection.id).exists() and collection.id not in self._to_purge:
            self._to_purge.add(collection.id)
            self._background.submit(self._purge_small, collection)

    def rebuild(self, collection: Collection) -> None:
        """Rebuilds both indexes from the database. Searches that need no newer revision go on meanwhile."""
        indexes = self._indexes_of(collection)
        indexes.keywords.rebuild(collection)
        indexes.vectors.rebuild(collection)

    def prepare(self, collection: Collection) -> None:
        """Builds a vector index beside those of the collection's other embedders."""
        self._indexes_of(collection).vectors.rebuild(collection)

    def forget_others(self, collection: Collection) -> None:
        """Removes the vector indexes of other embedders. Readers that have one open keep it."""
        vectors_lock, _ = self._locks(collection.id)
        with write_lock(vectors_lock):
            for path in self._folder(collection.id).glob("vectors-*"):
                if not path.name.startswith(vectors_name(collection.embedder)):
                    path.unlink(missing_ok=True)

    def drop(self, collection_id: int) -> None:
        """Removes the collection's files, if it has any."""
        with self._opening:
            self._indexes = {key: kept for key, kept in self._indexes.items() if key[0] != collection_id}
        vectors_lock, keywords_lock = self._locks(collection_id)
        with write_lock(vectors_lock), write_lock(keywords_lock):
            shutil.rmtree(self._folder(collection_id), ignore_errors=True)
            for lock in (vectors_lock, keywords_lock, optimizing_lock_file(vectors_lock)):
                lock.unlink(missing_ok=True)

    def collection_ids(self) -> frozenset[int]:
        """The ids of all collections that have files here, deleted ones included."""
        names = (path.name.partition(".")[0] for path in self._dir.glob("*"))
        return frozenset(int(name) for name in names if name.isdecimal())

    def close(self) -> None:
        """Waits for what is being written. The index is not used after this."""
        self._background.shutdown(wait=True)
        with self._opening:
            self._indexes.clear()

    def _difference(self, collection: Collection) -> str | None:
        indexes = self._indexes_of(collection)
        return indexes.vectors.verify(collection) or indexes.keywords.verify(collection)

    def _indexes_of(self, collection: Collection) -> _CollectionIndexes:
        """One vector index for each embedder, so that a search ends with the embedder it began with."""
        key = collection.id, collection.embedder
        indexes = self._indexes.get(key)
        if indexes is not None:
            return indexes
        with self._opening:
            if key not in self._indexes:
                self._indexes[key] = self._open_indexes(collection)
            return self._indexes[key]

    def _open_indexes(self, collection: Collection) -> _CollectionIndexes:
        folder = self._folder(collection.id)
        try:
            private_folder(folder)
        except (NotADirectoryError, FileExistsError) as error:
            raise StorageError(
                f"{error.filename} is not a folder, so the indexes cannot be stored there. Move it away."
            ) from error
        vectors_lock, keywords_lock = self._locks(collection.id)
        opened = (one.keywords for (known, _), one in self._indexes.items() if known == collection.id)
        return _CollectionIndexes(
            VectorIndex(collection, folder, vectors_lock, self._database),
            next(opened, None) or KeywordIndex(collection.id, folder, keywords_lock, self._database),
        )

    def _optimize(self, indexes: _CollectionIndexes, collection: Collection) -> None:
        _lower_priority()
        try:
            indexes.vectors.optimize(collection)
        except RagappError as error:  # the index is complete without it; the next catch-up tries again
            log.warning("A vector index could not be optimized: %s", error)
        finally:
            self._to_optimize.discard(indexes)

    def _purge_small(self, collection: Collection) -> None:
        _lower_priority()
        self._to_purge.discard(collection.id)
        try:
            now = self._database.collection(collection.name)  # after further deletions
            self.catch_up(now)
            if self._indexes_of(now).keywords.count() <= MAX_PURGED_CHUNKS:
                self.purge(now)
        except RagappError as error:
            log.warning("Indexes keep deleted chunks until they are next written: %s", error)

    def _folder(self, collection_id: int) -> Path:
        return self._dir / str(collection_id)

    def _locks(self, collection_id: int) -> tuple[Path, Path]:
        """Beside the folder, so that removing the folder keeps the locks that others wait for."""
        return self._dir / f"{collection_id}.vectors.lock", self._dir / f"{collection_id}.words.lock"


def _lower_priority() -> None:
    if sys.platform == "linux":  # where each thread has its own niceness, which its OpenMP team inherits
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
