"""First-stage retrieval: the dense and the keyword retriever, queried at the same time."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ragapp.protocols import SearchIndex
from ragapp.retrieval.fusion import DENSE_WEIGHT, Fusion, fuse
from ragapp.retrieval.stopwatch import Stopwatch
from ragapp.types import Collection, Ranking, Vectors

MAX_PARALLEL = 32
"""Searches whose two retrievers can run side by side; further ones wait."""


@dataclass(frozen=True, slots=True)
class CandidateQuery:
    """The query that both retrievers get.

    `vector` is None when dense retrieval is off, `text` is None when keyword retrieval is. `within` are the
    version ids that may be found; None: all.
    """

    collection: Collection
    text: str | None
    vector: Vectors | None
    within: AbstractSet[int] | None


@dataclass(frozen=True, slots=True)
class Candidates:
    """The ranking of each retriever; None for one that was not queried."""

    dense: Ranking | None
    keyword: Ranking | None

    def exhausted(self, depth: int) -> bool:
        """Whether no retriever could return more candidates than `depth`."""
        return all(ranking is None or len(ranking) < depth for ranking in (self.dense, self.keyword))

    def fused(self, fusion: Fusion, dense_weight: float = DENSE_WEIGHT) -> Ranking:
        if self.dense is not None and self.keyword is not None:
            return fuse(self.dense, self.keyword, fusion, dense_weight)
        return self.dense or self.keyword or ()


class CandidateSearch:
    """Queries both retrievers. Safe for many threads. Both adapters release Python's lock while they search,
    so two cores are used.
    """

    def __init__(self, index: SearchIndex) -> None:
        self._index = index
        self._executor = ThreadPoolExecutor(MAX_PARALLEL, thread_name_prefix="keyword-search")

    def search(self, query: CandidateQuery, depth: int, watch: Stopwatch) -> Candidates:
        """The best `depth` candidates of each retriever. Raises what the index raises."""
        if query.vector is None:
            return Candidates(None, self._keyword(query, depth, watch))
        if query.text is None:
            return Candidates(self._dense(query, depth, watch), None)
        keyword = self._executor.submit(self._keyword, query, depth, watch)
        return Candidates(self._dense(query, depth, watch), keyword.result())

    def _dense(self, query: CandidateQuery, depth: int, watch: Stopwatch) -> Ranking:
        assert query.vector is not None
        with watch("dense"):
            return self._index.dense(query.collection, query.vector, depth, query.within)

    def _keyword(self, query: CandidateQuery, depth: int, watch: Stopwatch) -> Ranking:
        with watch("words"):
            return self._index.keyword(query.collection, query.text or "", depth, query.within)
