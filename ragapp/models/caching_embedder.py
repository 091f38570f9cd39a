"""An embedder that caches the vectors of recent questions, because search and cache use the same one."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from ragapp.protocols import Embedder, WrappedEmbedder
from ragapp.types import Vectors

MAX_QUESTIONS = 64
"""About the questions that are answered at one time, at 1.5 kB each."""


class CachingEmbedder(WrappedEmbedder):
    """Caches the last questions of another embedder. Safe for many threads."""

    def __init__(self, embedder: Embedder) -> None:
        super().__init__(embedder)
        self._lock = Lock()
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()

    def embed_query(self, text: str) -> Vectors:
        with self._lock:
            cached = self._vectors.get(text)
        if cached is not None:
            return cached
        vector = self._embedder.embed_query(text)
        vector.flags.writeable = False  # it is shared by all callers
        with self._lock:
            self._vectors[text] = vector
            while len(self._vectors) > MAX_QUESTIONS:
                self._vectors.popitem(last=False)
        return vector

    def forget(self) -> None:
        """Clears the cache, for measurements that have to embed the same questions again."""
        with self._lock:
            self._vectors.clear()
