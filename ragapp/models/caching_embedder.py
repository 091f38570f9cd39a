"""An embedder that remembers its last questions: search and cache both need the vector of the same one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from ragapp.protocols import Embedder
from ragapp.types import Vectors

REMEMBERED = 64
"""Questions: those being answered at one moment, at 1.5 kB each."""


class CachingEmbedder:
    """The embedder it is given, with the vectors of the last questions at hand. Safe for many threads."""

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
            remembered = self._vectors.get(text)
        if remembered is not None:
            return remembered
        vector = self._embedder.embed_query(text)
        vector.flags.writeable = False  # it is handed to many
        with self._lock:
            self._vectors[text] = vector
            while len(self._vectors) > REMEMBERED:
                self._vectors.popitem(last=False)
        return vector

    def forget(self) -> None:
        """For measurements, whose question would otherwise be embedded only once."""
        with self._lock:
            self._vectors.clear()

    def token_spans(self, text: str) -> NDArray[np.int64]:
        return self._embedder.token_spans(text)
