"""Runs queries through the service's own search and turns chunks found into documents found."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

import numpy as np

from evals.metrics import DEPTH
from evals.types import DocumentRanking, Run
from ragapp.service import RagService
from ragapp.types import SearchMode


class Searcher:
    """Searches one collection. `corpus_ids` gives the corpus id of each document id in it."""

    def __init__(
        self, service: RagService, collection: str, corpus_ids: Mapping[str, str], candidates: int
    ) -> None:
        self._service = service
        self._collection = collection
        self._corpus_ids = corpus_ids
        self._candidates = candidates

    def run(self, queries: Iterable[tuple[str, str]], mode: SearchMode) -> Run:
        """What `mode` finds for each (query id, text): up to `DEPTH` documents."""
        return {query: self._documents(text, mode) for query, text in queries}

    def latency(self, queries: Iterable[str], k: int) -> dict[str, float]:
        """Milliseconds that a hybrid search for `k` chunks takes, start to end: p50 and p95.

        The model and the views load before the clock starts.
        """
        self._service.search("warm up", collection=self._collection, k=k)
        taken = []
        for text in queries:
            started = time.perf_counter()
            self._service.search(text, collection=self._collection, k=k)
            taken.append(1000 * (time.perf_counter() - started))
        p50, p95 = np.percentile(taken, [50, 95])
        return {"p50": float(p50), "p95": float(p95)}

    def _documents(self, text: str, mode: SearchMode) -> DocumentRanking:
        """Documents scored by their best chunk.

        The first search asks for no more chunks than a leg keeps by itself, so that fusion sees what it
        sees for a user. When those chunks belong to fewer than `DEPTH` documents, deeper searches fill
        the end of the ranking, below whatever the first one found.
        """
        best: dict[str, float] = {}
        k = self._candidates
        while True:
            hits = self._service.search(text, collection=self._collection, k=k, mode=mode).hits
            floor = min(best.values(), default=float("inf"))
            for hit in hits:
                best.setdefault(self._corpus_ids[hit.document_id], min(hit.score, floor))
            if len(best) >= DEPTH or len(hits) < k:
                return tuple(best.items())[:DEPTH]
            k *= 2
