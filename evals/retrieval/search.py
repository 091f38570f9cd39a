"""Runs queries through the search of the service, and turns ranked chunks into ranked documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from evals.retrieval.metrics import DEPTH
from evals.retrieval.types import FoundDocuments
from evals.timing import Taken, Timer
from ragapp.service import RagService
from ragapp.types import SearchMode, SearchQuery


class Searcher:
    """Searches a collection. `corpus_ids` maps its document ids to corpus ids."""

    def __init__(
        self, service: RagService, collection: str, corpus_ids: Mapping[str, str], candidates: int
    ) -> None:
        self._service = service
        self._collection = collection
        self._corpus_ids = corpus_ids
        self._candidates = candidates

    def find(self, queries: Iterable[tuple[str, str]], mode: SearchMode) -> dict[str, FoundDocuments]:
        """The results of `mode` for each (query id, text): up to `DEPTH` documents."""
        return {query: self._documents(text, mode) for query, text in queries}

    def times(self, queries: Iterable[str], k: int) -> list[Taken]:
        """The time of a hybrid search for `k` chunks. Models and indexes are loaded before the
        measurement.
        """
        self._service.search(SearchQuery("warm up", collection=self._collection, k=k))
        taken = []
        for text in queries:
            watch = Timer()
            self._service.search(SearchQuery(text, collection=self._collection, k=k))
            taken.append(watch.taken())
        return taken

    def _documents(self, text: str, mode: SearchMode) -> FoundDocuments:
        """Ranks documents by their best chunk.

        The first search requests the usual number of candidates, so that fusion works as for a user. If these
        chunks belong to fewer than `DEPTH` documents, deeper searches extend the ranking at its end.
        """
        best: dict[str, float] = {}
        k, candidates = self._candidates, 0
        while True:
            hits = self._service.search(SearchQuery(text, collection=self._collection, k=k, mode=mode)).hits
            floor = min(best.values(), default=float("inf"))
            for hit in hits:
                best.setdefault(self._corpus_ids[hit.document_id], min(hit.score, floor))
            candidates = candidates or len(best)
            if len(best) >= DEPTH or len(hits) < k:
                return FoundDocuments(tuple(best.items())[:DEPTH], min(candidates, DEPTH))
            k *= 2
