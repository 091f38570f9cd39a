"""From a query to hits: dense and keyword retrieval, fusion, a join with the database, reranking."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from ragapp.errors import UsageError
from ragapp.protocols import DocumentStore, Embedder, Reranker, SearchIndex
from ragapp.retrieval.candidates import CandidateQuery, Candidates, CandidateSearch
from ragapp.retrieval.fusion import DENSE_WEIGHT, RERANKED, Fusion, rerank
from ragapp.retrieval.implied_words import with_implied_words
from ragapp.retrieval.named_documents import NamedDocuments
from ragapp.retrieval.stopwatch import Stopwatch
from ragapp.types import Collection, Hit, Ranking, Ranks, SearchQuery, SearchResult

NAMED_SHARE = 0.75
"""The share of the hits that come from the documents that a query names, if it names any."""

STEPS = ("catch_up", "embed", "dense", "words", "fuse", "join", "rerank", "total")


class Retriever:
    """Searches a collection. Safe for many threads when its parts are."""

    def __init__(
        self,
        store: DocumentStore,
        index: SearchIndex,
        embedder_of: Callable[[Collection], Embedder],
        reranker: Reranker | None = None,
        *,
        named: NamedDocuments | None = None,
        candidates: int = 100,
        fusion: Fusion = "scores",
        dense_weight: float = DENSE_WEIGHT,
    ) -> None:
        self._store = store
        self._index = index
        self._candidate_search = CandidateSearch(index)
        self._embedder_of = embedder_of
        self._reranker = reranker
        self._candidates = candidates
        self._fusion = fusion
        self._dense_weight = dense_weight
        self._named = named or NamedDocuments(store.document_labels)

    def search(self, collection: Collection, query: SearchQuery, naming: str | None = None) -> SearchResult:
        """The `k` best live chunks, fewer when the collection has fewer.

        Documents named in `naming`, by default in the query, come first.
        A hit's score is from 0 to 1 in mode `hybrid`, the cosine in `dense` and BM25 in `words`; with a
        reranker it is from 0 to 1 in every mode. Raises UsageError for an empty query or a `k` below 1, and
        EmbedderMismatch when the mode needs vectors and the collection holds another model's.
        """
        query = replace(query, query=query.query.strip())
        _check(query)
        watch = Stopwatch(STEPS)
        with watch("total"):
            candidate_query = self._prepare(collection, query, watch)
            wanted = max(query.k, RERANKED) if self._reranker else query.k
            hits = self._retrieve(candidate_query, wanted, watch)
            hits = self._with_named(candidate_query, naming or query.query, hits, wanted, watch)
            if self._reranker:
                with watch("rerank"):
                    hits = rerank(self._reranker, query.query, hits)
        fusion = self._fusion if query.mode == "hybrid" else None
        return SearchResult(query.query, collection.name, tuple(hits[: query.k]), watch.elapsed_ms, fusion)

    def _with_named(
        self, candidates: CandidateQuery, naming: str, hits: list[Hit], wanted: int, watch: Stopwatch
    ) -> list[Hit]:
        """The hits, with those of documents that `naming` names before the others."""
        named = frozenset(one.version_id for one in self._named.named_in(naming, candidates.collection))
        if candidates.within is not None:
            named &= candidates.within
        if not named:
            return hits
        own = self._retrieve(replace(candidates, within=named), math.ceil(NAMED_SHARE * wanted), watch)
        known = {hit.chunk_id for hit in own}
        others = [hit for hit in hits if hit.chunk_id not in known]
        least = min((hit.score for hit in own), default=1.0)
        ranked = [replace(hit, score=min(hit.score, least)) for hit in others]
        return [*own, *ranked][:wanted]

    def _prepare(self, collection: Collection, query: SearchQuery, watch: Stopwatch) -> CandidateQuery:
        embedder = None if query.mode == "words" else self._embedder_of(collection)
        with watch("catch_up"):
            self._index.catch_up(collection)
        within = self._store.versions_matching(collection.name, query.filters) if query.filters else None
        vector = None
        if embedder is not None:
            with watch("embed"):
                vector = embedder.embed_query(query.query)
        words = None if query.mode == "dense" else with_implied_words(query.query)
        return CandidateQuery(collection, words, vector, within)

    def _retrieve(self, query: CandidateQuery, wanted: int, watch: Stopwatch) -> list[Hit]:
        depth = max(self._candidates, wanted)
        while True:
            candidates = self._candidate_search.search(query, depth, watch)
            with watch("fuse"):
                ranking = candidates.fused(self._fusion, self._dense_weight)
            with watch("join"):
                hits = self._join(query.collection, ranking, candidates, wanted)
            if len(hits) >= wanted or candidates.exhausted(depth):
                return hits
            # Chunks were deleted since the indexes were read: search deeper for enough hits.
            depth *= 2

    def _join(
        self, collection: Collection, ranking: Ranking, candidates: Candidates, wanted: int
    ) -> list[Hit]:
        """The best `wanted` live chunks of the ranking, with their ranks in both rankings."""
        # The store returns hits with the score it was given but without keys. The place is passed as the
        # score, so that a hit's key can be looked up.
        places = tuple((key, float(place)) for place, (key, _) in enumerate(ranking))
        hits: list[Hit] = []
        for start in range(0, len(places), wanted):
            hits += self._store.hits(collection.id, places[start : start + wanted])
            if len(hits) >= wanted:
                break
        dense, keyword = _ranks(candidates.dense), _ranks(candidates.keyword)
        joined = []
        for hit in hits[:wanted]:
            key, score = ranking[int(hit.score)]
            joined.append(replace(hit, score=score, ranks=Ranks(dense.get(key), keyword.get(key))))
        return joined


def _check(query: SearchQuery) -> None:
    if not query.query:
        raise UsageError("The query is empty. Ask with at least one word.")
    if query.k < 1:
        raise UsageError(f"k is {query.k}, but it must be at least 1.")


def _ranks(ranking: Ranking | None) -> dict[int, int]:
    """The rank, counted from 1, of each chunk key."""
    return {key: rank for rank, (key, _) in enumerate(ranking or (), 1)}
