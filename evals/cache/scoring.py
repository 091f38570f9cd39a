"""Computes the cosines and guard verdicts of question pairs with the embedder and guards of the product."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.progress import Progress

from evals.cache.curve import Bools, Scored
from evals.cache.pairs import Pair, questions
from ragapp.cache.guards import GUARDS
from ragapp.cache.guards.parsed_question import ParsedQuestion
from ragapp.protocols import Embedder
from ragapp.types import Vectors


@dataclass(frozen=True, slots=True)
class Vectorised:
    """The unit vectors of questions."""

    rows: Mapping[str, int]
    vectors: Vectors

    def of(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts, shape (len(texts), dimension)."""
        return self.vectors[[self.rows[text] for text in texts]]


@dataclass(frozen=True, slots=True)
class ScoredPairs:
    """Scored pairs. `by_guard` has, for each guard, whether it agrees: shape (pairs,)."""

    scored: Scored
    by_guard: Mapping[str, Bools]

    def without(self, guard: str) -> Bools:
        return _all([agreed for name, agreed in self.by_guard.items() if name != guard])


def vectorise(pairs: Sequence[Pair], embedder: Embedder, folder: Path, progress: Progress) -> Vectorised:
    """Embeds each question as a query. The vectors are cached in `folder`, in a file named after
    the model.
    """
    texts = questions(pairs)
    digest = hashlib.sha256("\0".join([embedder.fingerprint, *texts]).encode()).hexdigest()[:16]
    path = folder / f"questions-{digest}.npy"
    if path.exists():
        return Vectorised(_rows(texts), np.load(path, allow_pickle=False))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        made = progress.track(
            pool.map(embedder.embed_query, texts), total=len(texts), description="embedding questions"
        )
        vectors = np.stack(list(made))
    folder.mkdir(parents=True, exist_ok=True)
    np.save(path, vectors)
    return Vectorised(_rows(texts), vectors)


def judge(pairs: Sequence[Pair], vectors: Vectorised) -> ScoredPairs:
    a = vectors.of([pair.text_a for pair in pairs])
    b = vectors.of([pair.text_b for pair in pairs])
    readings = {text: ParsedQuestion(text) for text in questions(pairs)}
    by_guard = {
        name: np.array([agree(readings[pair.text_a], readings[pair.text_b]) for pair in pairs], dtype=bool)
        for name, agree in GUARDS.items()
    }
    same = np.array([pair.label == 1 for pair in pairs], dtype=bool)
    return ScoredPairs(Scored(np.einsum("ij,ij->i", a, b), same, _all(list(by_guard.values()))), by_guard)


def _all(agreed: Sequence[Bools]) -> Bools:
    together: Bools = np.logical_and.reduce(agreed)
    return together


def _rows(texts: Sequence[str]) -> dict[str, int]:
    return {text: row for row, text in enumerate(texts)}
