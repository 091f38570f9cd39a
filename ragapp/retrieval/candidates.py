"""The two legs of a search: by vector and by words, asked at the same time."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ragapp.protocols import SearchIndex
from ragapp.retrieval.fusion import DENSE_WEIGHT, Fusion, fuse
from ragapp.retrieval.stopwatch import Stopwatch
from ragapp.types import Collection, Ranking, Vectors

AT_ONCE = 32
"""Searches whose legs may run side by side; those of more wait for each other."""


@dataclass(frozen=True, slots=True)
class CandidateQuery:
    """What the legs are asked. `vector` is None without a leg by vector, `text` without one by words."""

    collection: Collection
    text: str | None
    vector: Vectors | None
    within: AbstractSet[int] | None


@dataclass(frozen=True, slots=True)
class Candidates:
    """What each leg found; None where it was not asked."""

    dense: Ranking | None
    words: Ranking | None

    def exhausted(self, depth: int) -> bool:
        """Whether asking deeper than `depth` could not find anything more."""
        return all(leg is None or len(leg) < depth for leg in (self.dense, self.words))

    def fused(self, fusion: Fusion, dense_weight: float = DENSE_WEIGHT) -> Ranking:
        if self.dense is not None and self.words is not None:
            return fuse(self.dense, self.words, fusion, dense_weight)
        return self.dense or self.words or ()


class CandidateSearch:
    """Safe for many threads. Both adapters leave Python while they search, so two cores are used."""

    def __init__(self, index: SearchIndex) -> None:
        self._index = index
        self._beside = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="words")

    def ask(self, question: CandidateQuery, depth: int, watch: Stopwatch) -> Candidates:
        """The best `depth` of each leg. Raises what the index raises."""
        if question.vector is None:
            return Candidates(None, self._words(question, depth, watch))
        if question.text is None:
            return Candidates(self._dense(question, depth, watch), None)
        words = self._beside.submit(self._words, question, depth, watch)
        return Candidates(self._dense(question, depth, watch), words.result())

    def _dense(self, question: CandidateQuery, depth: int, watch: Stopwatch) -> Ranking:
        assert question.vector is not None
        with watch("dense"):
            return self._index.dense(question.collection, question.vector, depth, question.within)

    def _words(self, question: CandidateQuery, depth: int, watch: Stopwatch) -> Ranking:
        with watch("words"):
            return self._index.words(question.collection, question.text or "", depth, question.within)
