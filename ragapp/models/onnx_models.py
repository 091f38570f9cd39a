"""The embedder and the reranker on ONNX Runtime. PyTorch is never imported."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding

from ragapp.models.catalog import EmbeddingOptions
from ragapp.models.onnx_session import Floats, OnnxSession, load_tokenizer, token_spans
from ragapp.types import Vectors

_QUERY_TOKENS = 128  # a longer query would leave no room for the passage


class OnnxEmbedder:
    """Embeds with `weights`, whose output are token vectors, according to `options`. Safe for many
    threads."""

    def __init__(
        self, weights: Path, tokenizer: Path, options: EmbeddingOptions, fingerprint: str, threads: int
    ) -> None:
        """Raises ModelError when a file is missing or damaged."""
        self._options = options
        self._fingerprint = fingerprint
        self._session = OnnxSession(weights, threads)
        self._tokenizer = load_tokenizer(tokenizer)
        self._text_tokens = options.max_tokens - self._tokenizer.num_special_tokens_to_add(False)

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    @property
    def dimension(self) -> int:
        return self._session.output_width

    @property
    def max_tokens(self) -> int:
        """Tokens of a passage that are used: the model's limit minus its special tokens and the prefix."""
        return self._text_tokens - len(self._encode(self._options.passage_prefix))

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        prefixed = [self._options.passage_prefix + text for text in texts]
        return np.stack(self._session.map_longest_first(self._embed, prefixed))

    def embed_query(self, text: str) -> Vectors:
        return self._embed(self._options.query_prefix + text)

    def token_spans(self, text: str) -> NDArray[np.int64]:
        return token_spans(self._tokenizer, text)

    def _encode(self, text: str) -> Encoding:
        return self._tokenizer.encode(text, add_special_tokens=False)

    def _embed(self, text: str) -> Floats:
        encoding = self._encode(text)
        encoding.truncate(self._text_tokens)
        tokens = self._session.run(self._tokenizer.post_process(encoding))
        pooled = tokens[0] if self._options.pooling == "cls" else tokens.mean(axis=0)
        unit: Floats = pooled / np.linalg.norm(pooled)
        return unit


class OnnxReranker:
    """A cross-encoder, whose `weights` return one logit for a pair of texts. Safe for many threads."""

    def __init__(
        self, weights: Path, tokenizer: Path, max_tokens: int, fingerprint: str, threads: int
    ) -> None:
        """`max_tokens` limits query and passage together. Raises ModelError for a missing or damaged file."""
        self._fingerprint = fingerprint
        self._session = OnnxSession(weights, threads)
        self._tokenizer = load_tokenizer(tokenizer)
        self._pair_tokens = max_tokens - self._tokenizer.num_special_tokens_to_add(True)

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    def score(self, query: str, passages: Sequence[str]) -> NDArray[np.float32]:
        scores = self._session.map_longest_first(lambda passage: self._score(query, passage), passages)
        return np.array(scores, dtype=np.float32)

    def _score(self, query: str, passage: str) -> Floats:
        first = self._tokenizer.encode(query, add_special_tokens=False)
        first.truncate(_QUERY_TOKENS)
        second = self._tokenizer.encode(passage, add_special_tokens=False)
        second.truncate(self._pair_tokens - len(first))
        logit = self._session.run(self._tokenizer.post_process(first, second))[0]
        probability: Floats = 1 / (1 + np.exp(-logit))
        return probability
