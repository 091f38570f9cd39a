"""The model roles."""

from __future__ import annotations

from collections.abc import Generator as Coroutine
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ragapp.types import Ending, Vectors


class Embedder(Protocol):
    """Text to unit-length vectors."""

    @property
    def fingerprint(self) -> str:
        """Names the model and what changes its vectors (weights, pooling, prefixes); never reused."""

    @property
    def dimension(self) -> int: ...

    @property
    def max_tokens(self) -> int:
        """The longest passage the model reads, in its own tokens; longer ones are cut there."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimension), rows of unit length, in the order of `texts`."""

    def embed_query(self, text: str) -> Vectors:
        """Shape (dimension,), unit length."""

    def token_spans(self, text: str) -> NDArray[np.int64]:
        """The model's tokens of `text` as character spans: shape (tokens, 2), without special tokens."""


class Reranker(Protocol):
    @property
    def fingerprint(self) -> str: ...

    def score(self, query: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """How well each passage answers `query`, shape (len(passages),), higher is better, 0 to 1."""


class Generator(Protocol):
    """Writes text from a prompt. Everything it emits is treated as hostile."""

    @property
    def name(self) -> str:
        """For people: which model, from where."""

    def unavailable(self) -> str | None:
        """Why it cannot write just now (its files are still on their way, say); None when it can."""

    def count_tokens(self, text: str) -> int | None:
        """How many of its tokens the text has; None where only its server knows."""

    def warm_up(self, system: str) -> None:
        """Loads what is slow to load and reads the beginning that all prompts share, where that is ours
        to do. Raises ModelError."""

    def generate(self, system: str, prompt: str, max_tokens: int) -> Coroutine[str, None, Ending | None]:
        """Yields pieces of text as they are written, and returns how it ended. Raises ModelError.

        Nothing is done before the first piece is asked for. `max_tokens` are the answer's: what a model
        thinks before it is neither yielded nor counted. Where thinking shows only after it was yielded, a
        piece `ragapp.text.reasoning.CLOSED` takes all back that came before. None: how it ended is not known.
        """

    def close(self) -> None: ...
