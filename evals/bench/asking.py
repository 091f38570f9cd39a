"""Measures a search index in a fresh process: start, memory, latency and recall."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import faiss
import numpy as np
from numpy.typing import NDArray

from evals.bench.process import Resident, resident
from evals.bench.synthetic import PER_VERSION, SyntheticTruth
from ragapp.indexes.change_log import ChangeSource
from ragapp.protocols import SearchIndex
from ragapp.retrieval import candidates
from ragapp.retrieval.stopwatch import Stopwatch
from ragapp.types import Collection, Ranking, Vectors

K = 10
DEPTH = 100
"""Candidates requested from each retriever, as the service does by default."""
NARROW = 0.01
"""The share of the documents that pass the filter."""


OpenIndex = Callable[[ChangeSource], SearchIndex]


@dataclass(frozen=True, slots=True)
class BenchQuestion:
    """A query's text and its vector, shape (dimension,)."""

    text: str
    vector: Vectors


@dataclass(frozen=True, slots=True)
class Latency:
    """Percentiles of latency in milliseconds."""

    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class SearchTimes:
    """The measurements of a fresh process. `cold_start` is in seconds: opening the index and the first
    search.
    """

    cold_start: float
    resident: Resident
    latency: dict[str, Latency]
    """The latency of `dense`, `words` and `hybrid` searches."""
    filtered_latency: dict[str, Latency]
    """The same with a filter that one document in a hundred passes."""
    recall_at_10: float
    filtered_recall_at_10: float


@dataclass(frozen=True, slots=True)
class _SearchBench:
    """Searches an open index for every question, in all documents or in those of `within`."""

    index: SearchIndex
    candidate_search: candidates.CandidateSearch
    truth: SyntheticTruth
    collection: Collection
    questions: Sequence[BenchQuestion]

    def latencies(self, within: AbstractSet[int] | None) -> dict[str, Latency]:
        return {
            "dense": timed(lambda one: self.dense(one, DEPTH, within), self.questions),
            "words": timed(lambda one: self.keyword(one, within), self.questions),
            "hybrid": timed(lambda one: self.hybrid(one, within), self.questions),
        }

    def dense(self, question: BenchQuestion, k: int, within: AbstractSet[int] | None) -> Ranking:
        return self.index.dense(self.collection, question.vector, k, within)

    def keyword(self, question: BenchQuestion, within: AbstractSet[int] | None) -> Ranking:
        return self.index.keyword(self.collection, question.text, DEPTH, within)

    def hybrid(self, question: BenchQuestion, within: AbstractSet[int] | None) -> Ranking:
        query = candidates.CandidateQuery(self.collection, question.text, question.vector, within)
        return self.candidate_search.search(query, DEPTH, Stopwatch(("dense", "words"))).fused("scores")

    def recall(self, within: AbstractSet[int] | None) -> float:
        """The share of the `K` nearest rows, according to an exact scan, that the index finds."""
        rows = self.truth.rows
        keys = np.arange(len(rows))
        if within is not None:
            keys = keys[np.isin(keys // PER_VERSION, sorted(within))]
            rows = np.asarray(rows[keys])
        queries = np.stack([one.vector for one in self.questions])
        _, exact = faiss.knn(queries, rows, K, metric=faiss.METRIC_INNER_PRODUCT)
        found = [[key for key, _ in self.dense(one, K, within)] for one in self.questions]
        return float(np.mean([_overlap(keys[best], got) for best, got in zip(exact, found, strict=True)]))


def ask(open_index: OpenIndex, truth: SyntheticTruth, questions: Sequence[BenchQuestion]) -> SearchTimes:
    """Measures the index. Call it in a fresh process."""
    started = time.perf_counter()
    index = open_index(truth)
    collection = truth.collection()
    index.catch_up(collection)
    asker = _SearchBench(index, candidates.CandidateSearch(index), truth, collection, questions)
    asker.hybrid(questions[0], None)
    cold_start = time.perf_counter() - started
    few = np.random.default_rng(1).permutation(truth.versions)[: max(1, round(NARROW * truth.versions))]
    narrow = frozenset(few.tolist())
    latency, filtered = asker.latencies(None), asker.latencies(narrow)
    held = resident()  # before the scans below read everything
    answers = SearchTimes(cold_start, held, latency, filtered, asker.recall(None), asker.recall(narrow))
    index.close()
    return answers


def timed(work: Callable[[BenchQuestion], object], questions: Sequence[BenchQuestion]) -> Latency:
    """The latency of the questions, one after the other, on one thread."""
    taken = []
    for one in questions:
        started = time.perf_counter()
        work(one)
        taken.append(1000 * (time.perf_counter() - started))
    p50, p95, p99 = np.percentile(taken, [50, 95, 99])
    return Latency(float(p50), float(p95), float(p99))


def _overlap(exact: NDArray[np.int64], found: Sequence[int]) -> float:
    return len(set(exact.tolist()) & set(found)) / len(exact)
