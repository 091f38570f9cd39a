"""Other embedders, by sentence-transformers: from safetensors only, and without code of the model."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer
from transformers.utils import logging as transformers_logging

from ragapp.errors import ModelError
from ragapp.models.onnx_session import plain, token_spans
from ragapp.types import Vectors

_BATCH = 4
"""Texts in one batch. Chunks differ in length, and padding short ones costs more than large batches save:
batches of 4 are twice as fast as batches of 32 on two cores."""

_DEFAULT_TOKENS = 512  # the limit of BERT, for a model that specifies none


class SentenceEmbedder:
    """A model folder in sentence-transformers' layout. One call at a time, because PyTorch uses all
    threads."""

    def __init__(self, folder: Path, fingerprint: str, threads: int = 0) -> None:
        """`threads` 0 leaves the number to PyTorch. Raises ModelError when the folder cannot be loaded
        safely."""
        refuse_pickles(folder)
        if threads:
            torch.set_num_threads(threads)
        self._fingerprint = fingerprint
        self._model = _load(folder)
        self._tokenizer = plain(Tokenizer.from_str(self._model.tokenizer.backend_tokenizer.to_str()))
        self._special_tokens = self._tokenizer.num_special_tokens_to_add(False)
        self._max_tokens: int = self._model.max_seq_length or _DEFAULT_TOKENS
        self._lock = threading.Lock()
        self._dimension: int = self.embed_query("dimension").shape[0]

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    @property
    def dimension(self) -> int:
        return self._dimension

    @property
    def max_tokens(self) -> int:
        """Tokens of a passage that are used: the model's limit minus its special tokens."""
        return self._max_tokens - self._special_tokens

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        with self._lock:
            vectors = self._model.encode_document(
                list(texts), batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
            )
        return np.asarray(vectors, dtype=np.float32)

    def embed_query(self, text: str) -> Vectors:
        with self._lock:
            vector = self._model.encode_query(text, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vector, dtype=np.float32)

    def token_spans(self, text: str) -> NDArray[np.int64]:
        return token_spans(self._tokenizer, text)


def _load(folder: Path) -> SentenceTransformer:
    with loading(folder, "sentence-transformers model", "modules.json, config.json, tokenizer.json"):
        return SentenceTransformer(
            str(folder),
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs={"use_safetensors": True},
        )


@contextmanager
def loading(folder: Path, kind: str, files: str) -> Iterator[None]:
    """Translates errors inside the block, which loads a folder as a model of that kind.

    Raises ModelError for what the libraries raise when it cannot be loaded.
    """
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise ModelError(
            f"{folder} cannot be loaded as a {kind} ({error}). It needs {files} and model.safetensors, "
            "and must not need code of its own."
        ) from error


def refuse_pickles(folder: Path) -> None:
    """Raises ModelError for a layer whose only weights are a pickle, since that would be unpickled."""
    for pickled in [*folder.rglob("*.bin"), *folder.rglob("*.pt"), *folder.rglob("*.pkl")]:
        if not list(pickled.parent.glob("*.safetensors")):
            raise ModelError(
                f"{pickled} is a pickle, which can run code when it is loaded. Use the model's safetensors."
            )
