"""An embedder, a reranker and a generator that need no files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ragapp.settings import Settings
from ragapp.types import Vectors

TOKEN = re.compile(r"\w+|[^\w\s]")


class LetterEmbedder:
    """Counts words, each in one of `dimension` places."""

    max_tokens = 200

    def __init__(self, argument: str, settings: Settings) -> None:
        self.dimension = int(argument or 256)
        self.fingerprint = f"letters-{self.dimension}"

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        vectors = [self._vector(text) for text in texts]
        return np.array(vectors, np.float32).reshape(len(texts), self.dimension)

    def embed_query(self, text: str) -> Vectors:
        return self._vector(text)

    def token_spans(self, text: str) -> NDArray[np.int64]:
        return np.array([found.span() for found in TOKEN.finditer(text)], np.int64).reshape(-1, 2)

    def _vector(self, text: str) -> Vectors:
        cut = [*TOKEN.finditer(text)][: self.max_tokens]
        counts = np.full(self.dimension, 1e-3, np.float32)
        for word in words(text[: cut[-1].end()] if cut else ""):
            counts[sum(map(ord, word)) % self.dimension] += 1
        return counts / np.linalg.norm(counts)


class OverlapReranker:
    """Scores a passage by the share of the question's words that it has."""

    fingerprint = "overlap-1"

    def __init__(self, argument: str, settings: Settings) -> None:
        pass

    def score(self, query: str, passages: Sequence[str]) -> NDArray[np.float32]:
        asked = set(words(query))
        shares = [len(asked.intersection(words(passage))) / max(len(asked), 1) for passage in passages]
        return np.array(shares, np.float32)


class EchoGenerator:
    """Answers with the prompt's words, one piece each."""

    def __init__(self, argument: str, settings: Settings) -> None:
        self.name = f"echo of {argument}"
        self._answer = argument

    def unavailable(self) -> str | None:
        return None

    def count_tokens(self, text: str) -> int | None:
        return len(text.split())

    def warm_up(self, system: str) -> None:
        pass

    def generate(self, system: str, prompt: str, max_tokens: int) -> Iterator[str]:
        for word in (self._answer or prompt).split()[:max_tokens]:
            yield f"{word} "

    def close(self) -> None:
        pass


def words(text: str) -> list[str]:
    """In lower case and in the singular."""
    return [word.rstrip("s") for word in re.findall(r"\w+", text.lower())]
