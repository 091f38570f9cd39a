"""Runs queries through the service's own search and turns chunks found into documents found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from evals.retrieval.metrics import DEPTH
from evals.retrieval.types import FoundDocuments
from evals.timing import Taken, Timer
from ragapp.service import RagService
from ragapp.types import SearchMode, SearchQuery


class Searcher:
    """Searches one collection. `corpus_ids` gives the corpus id of each document id in it."""

    def __init__(
        self, service: RagService, collection: str, corpus_ids: Mapping[str, str], candidates: int
    ) -> None:
        self._service = service
        self._collection = collection
        self._corpus_ids = corpus_ids
        self._candidates = candidates

    def find(self, queries: Iterable[tuple[str, str]], mode: SearchMode) -> dict[str, FoundDocuments]:
        """What `mode` finds for each (query id, text): up to `DEPTH` documents."""
        return {query: self._documents(text, mode) for query, text in queries}

    def times(self, queries: Iterable[str], k: int) -> list[Taken]:
        """What a hybrid search for `k` chunks takes, start to end.

        The model and the views load before the clock starts.
        """
        self._service.search(SearchQuery("warm up", collection=self._collection, k=k))
        taken = []
        for text in queries:
            watch = Timer()
            self._service.search(SearchQuery(text, collection=self._collection, k=k))
            taken.append(watch.taken())
        return taken

    def _documents(self, text: str, mode: SearchMode) -> FoundDocuments:
        """Documents scored by their best chunk.

        The first search asks for no more chunks than a retriever keeps by itself, so that fusion sees what it
        sees for a user. When those chunks belong to fewer than `DEPTH` documents, deeper searches fill
        the end of the ranking, below whatever the first one found.
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
