"""Measures a look-up among cached questions: the embedded store and the guards."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from rich.progress import Progress

from evals.cache.pairs import Pair
from evals.cache.scoring import Vectorised
from ragapp.cache.guards import disagreement
from ragapp.cache_stores.sqlite import SqliteCacheStore
from ragapp.types import Answer, CacheDecision, CacheEntry

KEPT = 1000
TIMED = 300
_K = 8
_PARTITION = "eval"


def time_lookups(pairs: Sequence[Pair], vectors: Vectorised, progress: Progress) -> dict[str, float]:
    """Latency in milliseconds (median and p95) with up to 1,000 cached questions, without embedding."""
    with (
        TemporaryDirectory() as folder,
        closing(SqliteCacheStore(Path(folder), max_entries=KEPT, timeout=30.0)) as store,
    ):
        for pair in progress.track(pairs[:KEPT], description="keeping questions"):
            store.put(plain_entry(pair.text_a, _PARTITION), vectors.of([pair.text_a])[0])
        spent = [_lookup(store, pair.text_b, vectors) for pair in pairs[:TIMED]]
    p50, p95 = np.quantile(spent, [0.5, 0.95])
    return {"p50": float(p50), "p95": float(p95)}


def plain_entry(question: str, partition: str) -> CacheEntry:
    """A cache entry with an empty answer, whose id is derived from its question."""
    answer = Answer(
        question=question,
        standalone_question=question,
        answer="",
        refused=False,
        mode="extractive",
        model="",
        sentences=(),
        citations=(),
        hits=(),
        cache=CacheDecision("miss", ""),
        timings_ms={},
        answer_id="",
    )
    now = time.time()
    return CacheEntry(
        id=question,
        partition=partition,
        collection="",
        question=question,
        answer=answer,
        evidence=(),
        revision=0,
        seconds=0.0,
        tokens=0,
        created_at=now,
        expires_at=now + 3600,
    )


def _lookup(store: SqliteCacheStore, question: str, vectors: Vectorised) -> float:
    vector = vectors.of([question])[0]
    started = perf_counter()
    for entry, _ in store.nearest(_PARTITION, vector, _K):
        disagreement(question, entry.question)
    return (perf_counter() - started) * 1000
