"""The reranker: a cross-encoder on ONNX Runtime that reads the query and a passage together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ragapp.models.onnx_session import Floats, OnnxSession, load_tokenizer

_MAX_TOKENS = 512
_QUERY_TOKENS = 128  # a longer query would leave no room for the passage


class OnnxReranker:
    """`weights` give one logit for a pair of texts. Safe to use from many threads."""

    def __init__(self, weights: Path, tokenizer: Path, fingerprint: str, threads: int = 0) -> None:
        """`threads` 0: one for each core. Raises ModelError when a file is missing or damaged."""
        self._fingerprint = fingerprint
        self._session = OnnxSession(weights, threads)
        self._tokenizer = load_tokenizer(tokenizer)
        self._pair_tokens = _MAX_TOKENS - self._tokenizer.num_special_tokens_to_add(True)

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    def score(self, query: str, passages: Sequence[str]) -> NDArray[np.float32]:
        scores = self._session.map_longest_first(lambda passage: self._score(query, passage), passages)
        return np.array(scores, dtype=np.float32)

    def _score(self, query: str, passage: str) -> Floats:
        asked = self._tokenizer.encode(query, add_special_tokens=False)
        asked.truncate(_QUERY_TOKENS)
        read = self._tokenizer.encode(passage, add_special_tokens=False)
        read.truncate(self._pair_tokens - len(asked))
        logit = self._session.run(self._tokenizer.post_process(asked, read))[0]
        probability: Floats = 1 / (1 + np.exp(-logit))
        return probability
