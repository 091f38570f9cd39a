"""`SearchIndex` on this machine: a vector view and a keyword view of each collection, in files."""

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

from ragapp.errors import RagappError
from ragapp.files.permissions import private_folder
from ragapp.indexes.change_set import ChangeSource
from ragapp.indexes.local.keyword_index import KeywordIndex
from ragapp.indexes.local.locks import writing
from ragapp.indexes.local.vector_index import VectorIndex, vectors_name
from ragapp.indexes.verification import when_steady
from ragapp.types import Collection, Ranking, Vectors

log = logging.getLogger(__name__)

QUICKLY_WRITTEN = 5_000
"""Passages: that many are written anew in about a second, two on a busy machine."""
NICENESS = 10
"""Of what is built while people search."""


@dataclass(frozen=True, slots=True, eq=False)
class _CollectionIndexes:
    vectors: VectorIndex
    words: KeywordIndex


class LocalIndex:
    """Safe to share between threads; processes on one machine may share `indexes_dir`.

    Each process holds its own readers. Files are written by one process at a time, under a file lock
    that a dead process lets go.
    """

    def __init__(self, indexes_dir: Path, truth: ChangeSource) -> None:
        self._dir = indexes_dir
        self._truth = truth
        self._views: dict[tuple[int, str], _CollectionIndexes] = {}
        self._opening = threading.Lock()
        self._tended: set[_CollectionIndexes] = set()
        """What the housekeeper is about to do: asked for by each search, done once."""
        self._purged: set[int] = set()
        """Collections whose purge waits for the housekeeper: one does for many deletions."""
        self._housekeeper = ThreadPoolExecutor(max_workers=1, thread_name_prefix="views")

    def catch_up(self, collection: Collection) -> None:
        """Brings both views to the collection's revision; costs nothing when they are there.

        Raises StorageError when the disk is full, ConflictError when another process holds a view for
        minutes.
        """
        views = self._of(collection)
        views.words.catch_up(collection)
        snapshot = views.vectors.catch_up(collection)
        if (snapshot.outgrown or snapshot.lacks_graph) and views not in self._tended:
            self._tended.add(views)
            self._housekeeper.submit(self._tend, views, collection)

    def dense(
        self, collection: Collection, vector: Vectors, k: int, within: AbstractSet[int] | None = None
    ) -> Ranking:
        """The `k` chunks with the largest inner product with `vector`, shape (dimension,); exact.

        Raises EmbedderMismatch when `vector` cannot be of the collection's embedder.
        """
        return self._of(collection).vectors.search(collection, vector, k, within) if k > 0 else ()

    def keyword(
        self, collection: Collection, query: str, k: int, within: AbstractSet[int] | None = None
    ) -> Ranking:
        """The `k` chunks with the highest BM25 score."""
        return self._of(collection).words.search(collection, query, k, within) if k > 0 else ()

    def verify(self, collection: Collection) -> str | None:
        """Reads every file of the views and compares what they hold with the truth, chunk by chunk."""
        return when_steady(self._truth, collection.name, self._difference)

    def purge(self, collection: Collection) -> str:
        """Writes anew the views whose files still hold what was removed. Raises as `catch_up` does."""
        if self._folder(collection.id).exists():  # else nobody has searched it
            views = self._of(collection)
            views.words.purge(collection)
            views.vectors.purge(collection)
        return ""

    def purge_soon(self, collection: Collection) -> None:
        """In the background, for views that are quickly written anew. Larger ones lose what was removed when
        that has become a quarter of them, or by `purge`."""
        if self._folder(collection.id).exists() and collection.id not in self._purged:
            self._purged.add(collection.id)
            self._housekeeper.submit(self._purge_small, collection)

    def rebuild(self, collection: Collection) -> None:
        """Builds both views anew from the truth. Searches that need no newer revision go on meanwhile."""
        views = self._of(collection)
        views.words.rebuild(collection)
        views.vectors.rebuild(collection)

    def prepare(self, collection: Collection) -> None:
        """Builds a vector view beside those of the collection's other embedders."""
        self._of(collection).vectors.rebuild(collection)

    def forget_others(self, collection: Collection) -> None:
        """Removes the vector views of other embedders. Readers that have one open keep it."""
        vectors_lock, _ = self._locks(collection.id)
        with writing(vectors_lock):
            for path in self._folder(collection.id).glob("vectors-*"):
                if not path.name.startswith(vectors_name(collection.embedder)):
                    path.unlink(missing_ok=True)

    def drop(self, collection_id: int) -> None:
        """Removes the collection's files. There is nothing to do when it has none."""
        with self._opening:
            self._views = {key: views for key, views in self._views.items() if key[0] != collection_id}
        vectors_lock, words_lock = self._locks(collection_id)
        with writing(vectors_lock), writing(words_lock):
            shutil.rmtree(self._folder(collection_id), ignore_errors=True)
            vectors_lock.unlink(missing_ok=True)
            words_lock.unlink(missing_ok=True)
            vectors_lock.with_suffix(".tending").unlink(missing_ok=True)

    def collection_ids(self) -> frozenset[int]:
        """Of all collections that have files here, deleted ones included."""
        names = (path.name.partition(".")[0] for path in self._dir.glob("*"))
        return frozenset(int(name) for name in names if name.isdecimal())

    def close(self) -> None:
        """Ends what is being written. The index is not used after this."""
        self._housekeeper.shutdown(wait=True)
        with self._opening:
            self._views.clear()

    def _difference(self, collection: Collection) -> str | None:
        views = self._of(collection)
        return views.vectors.verify(collection) or views.words.verify(collection)

    def _of(self, collection: Collection) -> _CollectionIndexes:
        """A vector view for each embedder: who began to search by a former one ends with it."""
        key = collection.id, collection.embedder
        views = self._views.get(key)
        if views is not None:
            return views
        with self._opening:
            if key not in self._views:
                self._views[key] = self._opened(collection)
            return self._views[key]

    def _opened(self, collection: Collection) -> _CollectionIndexes:
        folder = self._folder(collection.id)
        private_folder(folder)
        vectors_lock, words_lock = self._locks(collection.id)
        words = (views.words for (known, _), views in self._views.items() if known == collection.id)
        return _CollectionIndexes(
            VectorIndex(collection, folder, vectors_lock, self._truth),
            next(words, None) or KeywordIndex(collection.id, folder, words_lock, self._truth),
        )

    def _tend(self, views: _CollectionIndexes, collection: Collection) -> None:
        _let_others_go_first()
        try:
            views.vectors.tend(collection)
        except RagappError as error:  # the view is complete without it; the next catch-up tries again
            log.warning("A vector view could not be made quicker: %s", error)
        finally:
            self._tended.discard(views)

    def _purge_small(self, collection: Collection) -> None:
        _let_others_go_first()
        self._purged.discard(collection.id)
        try:
            now = self._truth.collection(collection.name)  # after deletions that came meanwhile
            self.catch_up(now)
            if self._of(now).words.count() <= QUICKLY_WRITTEN:
                self.purge(now)
        except RagappError as error:
            log.warning("Indexes keep what was deleted until they are next written: %s", error)

    def _folder(self, collection_id: int) -> Path:
        return self._dir / str(collection_id)

    def _locks(self, collection_id: int) -> tuple[Path, Path]:
        """Beside the folder, so that removing it does not take the locks from under those who wait."""
        return self._dir / f"{collection_id}.vectors.lock", self._dir / f"{collection_id}.words.lock"


def _let_others_go_first() -> None:
    if sys.platform == "linux":  # a thread has a niceness of its own there, and its OpenMP team has it too
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
