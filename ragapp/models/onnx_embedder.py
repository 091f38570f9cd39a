"""The default embedder: a sentence encoder on ONNX Runtime. PyTorch is never imported."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding

from ragapp.models.catalog import Recipe
from ragapp.models.onnx_session import Floats, OnnxSession, load_tokenizer, token_spans
from ragapp.types import Vectors


class OnnxEmbedder:
    """`weights` (token vectors out) and `tokenizer`, used as `recipe` says. Safe to use from many threads."""

    def __init__(
        self, weights: Path, tokenizer: Path, recipe: Recipe, fingerprint: str, threads: int = 0
    ) -> None:
        """`threads` 0: one for each core. Raises ModelError when a file is missing or damaged."""
        self._recipe = recipe
        self._fingerprint = fingerprint
        self._session = OnnxSession(weights, threads)
        self._tokenizer = load_tokenizer(tokenizer)
        self._text_tokens = recipe.max_tokens - self._tokenizer.num_special_tokens_to_add(False)

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    @property
    def dimension(self) -> int:
        return self._session.output_width

    @property
    def max_tokens(self) -> int:
        """Tokens of a passage that are read: what the model holds, less its special tokens and the prefix."""
        return self._text_tokens - len(self._encode(self._recipe.passage_prefix))

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        prefixed = [self._recipe.passage_prefix + text for text in texts]
        return np.stack(self._session.map_longest_first(self._embed, prefixed))

    def embed_query(self, text: str) -> Vectors:
        return self._embed(self._recipe.query_prefix + text)

    def token_spans(self, text: str) -> NDArray[np.int64]:
        return token_spans(self._tokenizer, text)

    def _encode(self, text: str) -> Encoding:
        return self._tokenizer.encode(text, add_special_tokens=False)

    def _embed(self, text: str) -> Floats:
        encoding = self._encode(text)
        encoding.truncate(self._text_tokens)
        tokens = self._session.run(self._tokenizer.post_process(encoding))
        pooled = tokens[0] if self._recipe.pooling == "cls" else tokens.mean(axis=0)
        unit: Floats = pooled / np.linalg.norm(pooled)
        return unit
