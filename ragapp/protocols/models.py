"""Models: embedders, rerankers and generators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Generator as Coroutine
from typing import BinaryIO, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ragapp.types import Ending, GeneratorProfile, Reading, Speech, Vectors


class Embedder(Protocol):
    """Text to unit-length vectors."""

    @property
    def fingerprint(self) -> str:
        """Identifies the model and everything that changes its vectors: weights, pooling, prefixes."""

    @property
    def dimension(self) -> int: ...

    @property
    def max_tokens(self) -> int:
        """The longest passage that the model reads, in its own tokens. Longer ones are truncated."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of passages in their order, shape (len(texts), dimension), each of unit length."""

    def embed_query(self, text: str) -> Vectors:
        """The vector of a query, shape (dimension,), of unit length."""

    def token_spans(self, text: str) -> NDArray[np.int64]:
        """The model's tokens of `text` as character spans: shape (tokens, 2), without special tokens."""


class Reranker(Protocol):
    @property
    def fingerprint(self) -> str: ...

    def score(self, query: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """How well each passage answers `query`, shape (len(passages),), higher is better, 0 to 1."""


class Reader(Protocol):
    def score(self, question: str, candidates: Sequence[str]) -> list[Reading]:
        """A reading of each candidate, in their order."""


class Entailment(Protocol):
    def support(self, claim: str, texts: Sequence[str]) -> list[float]:
        """The probability that each text supports the claim, in their order."""


class Transcriber(Protocol):
    def transcribe(self, data: BinaryIO, name: str) -> list[Speech]:
        """What is said in a recording, in the order of time. `data` is seekable.

        Raises ParseError when the file cannot be transcribed, and ModelError.
        """


class Generator(Protocol):
    """Writes text from a prompt. Its output is treated as untrusted."""

    @property
    def name(self) -> str:
        """The model and where it runs, for people."""

    def unavailable(self) -> str | None:
        """Why it is not available now, for instance while its files are fetched; None when it is."""

    def count_tokens(self, text: str) -> int | None:
        """The length of the text in its tokens; None if only its server knows."""

    def warm_up(self, system: str) -> None:
        """Loads the model and processes the beginning that all prompts share, if it runs on this machine.

        Raises ModelError.
        """

    def generate(self, system: str, prompt: str, max_tokens: int) -> Coroutine[str, None, Ending | None]:
        """Yields pieces of text as they are written and returns how it ended. Raises ModelError.

        Nothing happens before the first piece is requested. `max_tokens` limits the answer: the model's
        reasoning is neither yielded nor counted. If reasoning is recognized only after it was yielded, a
        piece `ragapp.text.reasoning.CLOSED` retracts everything before it. None: how it ended is unknown.
        """

    def close(self) -> None: ...


@runtime_checkable
class Profiled(Protocol):
    """A generator that knows its model. Prompts for others are fitted to a small model."""

    def profile(self) -> GeneratorProfile:
        """What is known of the model now. May ask its server, for a second or two; never raises."""


def profile_of(generator: Generator) -> GeneratorProfile:
    """The generator's own profile, or that of a small model of which nothing is known."""
    profile: Callable[[], GeneratorProfile] | None = getattr(generator, "profile", None)
    return GeneratorProfile() if profile is None else profile()


class WrappedEmbedder:
    """An embedder that passes everything on to another one. Subclasses change what they add to."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

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
        return self._embedder.embed_query(text)

    def token_spans(self, text: str) -> NDArray[np.int64]:
        return self._embedder.token_spans(text)


class WrappedGenerator:
    """A generator that passes everything on to another one. Subclasses change what they add to."""

    def __init__(self, generator: Generator) -> None:
        self._generator = generator

    @property
    def name(self) -> str:
        return self._generator.name

    def unavailable(self) -> str | None:
        return self._generator.unavailable()

    def profile(self) -> GeneratorProfile:
        return profile_of(self._generator)

    def count_tokens(self, text: str) -> int | None:
        return self._generator.count_tokens(text)

    def warm_up(self, system: str) -> None:
        self._generator.warm_up(system)

    def generate(self, system: str, prompt: str, max_tokens: int) -> Coroutine[str, None, Ending | None]:
        return self._generator.generate(system, prompt, max_tokens)

    def close(self) -> None:
        self._generator.close()
