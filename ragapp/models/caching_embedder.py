"""An embedder that caches the vectors of recent questions, because search and cache use the same one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from ragapp.protocols import Embedder
from ragapp.types import Vectors

MAX_QUESTIONS = 64
"""About the questions that are answered at one time, at 1.5 kB each."""


class CachingEmbedder:
    """Caches the last questions of another embedder. Safe for many threads."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._lock = Lock()
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()

    @property
    def fingerprint(self) -> str:
        return self._embedder.fingerprint

    @property
    def dimension(self) -> int:
        return self._embedder.dimension

    @property
    def max_tokens(self) -> int:
        return self._embedder.max_tokens

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embedder.embed_passages(texts)

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

    def token_spans(self, text: str) -> NDArray[np.int64]:
        return self._embedder.token_spans(text)
