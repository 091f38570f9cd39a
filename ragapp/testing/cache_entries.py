"""Cache entries and question vectors to test with."""

from __future__ import annotations

import numpy as np

from ragapp.types import Answer, CacheDecision, CacheEntry, Citation, Sentence, Vectors

DIMENSION = 384


def unit(seed: int) -> Vectors:
    """A random direction, the same for the same seed."""
    vector = np.random.default_rng(seed).standard_normal(DIMENSION).astype(np.float32)
    unit_vector: Vectors = vector / np.linalg.norm(vector)
    return unit_vector


def near(vector: Vectors, cosine: float, seed: int = 99) -> Vectors:
    """A unit vector with that cosine to `vector`."""
    other = unit(seed)
    other -= (other @ vector) * vector
    other /= np.linalg.norm(other)
    found: Vectors = (cosine * vector + np.sqrt(1 - cosine**2) * other).astype(np.float32)
    return found


def entry(
    name: str,
    *,
    partition: str = "p",
    collection: str = "default",
    document: str = "d",
    at: float = 0.0,
    lasts: float = 1000.0,
) -> CacheEntry:
    citation = Citation(1, document, "name.txt", 1, 1, 0, 5, "quote")
    answer = Answer(
        question=name,
        standalone_question=name,
        answer="Five. [1]",
        refused=False,
        mode="extractive",
        model="extractive",
        sentences=(Sentence("Five.", "supported", (1,)),),
        citations=(citation,),
        hits=(),
        cache=CacheDecision("miss", "new"),
        timings_ms={},
        answer_id="a",
    )
    return CacheEntry(
        id=name,
        partition=partition,
        collection=collection,
        question=name,
        answer=answer,
        evidence=("chunk",),
        revision=3,
        seconds=1.5,
        tokens=20,
        created_at=at,
        expires_at=at + lasts,
    )
