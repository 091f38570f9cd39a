"""Draws samples by seed: the same on any machine and Python version, and a smaller sample is part of a larger
one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from evals.retrieval.types import RetrievalDataset, SpanDataset


def draw(ids: Iterable[str], count: int, seed: int) -> frozenset[str]:
    """Draws `count` of the `ids`, or all of them if there are fewer."""
    return frozenset(sorted(ids, key=lambda drawn: lot(drawn, seed))[:count])


def lot(drawn: str, seed: int) -> bytes:
    """A hash of `seed` and the id `drawn`. A sample takes the ids with the smallest hashes."""
    return hashlib.sha256(f"{seed}\n{drawn}".encode()).digest()


def sample_queries(dataset: RetrievalDataset, limit: int, seed: int) -> RetrievalDataset:
    """The dataset with `limit` of its queries, in the original order."""
    kept = draw(dataset.queries, limit, seed)
    return replace(
        dataset,
        queries={query: text for query, text in dataset.queries.items() if query in kept},
        qrels={query: grades for query, grades in dataset.qrels.items() if query in kept},
    )


def sample_spans(dataset: SpanDataset, limit: int, seed: int) -> SpanDataset:
    """The dataset with `limit` of its questions, in the original order."""
    kept = draw((question.id for question in dataset.questions), limit, seed)
    return replace(dataset, questions=tuple(one for one in dataset.questions if one.id in kept))
