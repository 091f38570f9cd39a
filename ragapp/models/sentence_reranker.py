"""Other rerankers, by sentence-transformers: from safetensors only, and without code of the model."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import CrossEncoder

from ragapp.models.local_models import RERANKER_TOKENS
from ragapp.models.sentence_embedder import loading, refuse_pickles

_BATCH = 4
"""As for embedders: padding costs more than large batches save."""


class SentenceReranker:
    """A reranker that runs the cross-encoder in a folder.

    Handles one call at a time, because PyTorch already uses all threads.
    """

    def __init__(self, folder: Path, fingerprint: str, threads: int = 0) -> None:
        """`threads` 0 leaves the number to PyTorch. Raises ModelError when the folder cannot be loaded
        safely."""
        refuse_pickles(folder)
        if threads:
            torch.set_num_threads(threads)
        self._fingerprint = fingerprint
        self._model = _load(folder)
        self._model.max_seq_length = min(self._model.max_seq_length or RERANKER_TOKENS, RERANKER_TOKENS)
        self._lock = threading.Lock()

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    def score(self, query: str, passages: Sequence[str]) -> NDArray[np.float32]:
        if not passages:
            return np.empty(0, np.float32)
        with self._lock:
            scores = self._model.predict(
                [(query, passage) for passage in passages],
                batch_size=_BATCH,
                activation_fn=torch.nn.Sigmoid(),
                show_progress_bar=False,
            )
        return np.asarray(scores, dtype=np.float32)


def _load(folder: Path) -> CrossEncoder:
    with loading(folder, "cross-encoder", "config.json, tokenizer.json"):
        model: CrossEncoder = CrossEncoder(
            str(folder),
            device="cpu",
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs={"use_safetensors": True},
        )
    return model
