"""Evaluates retrieval: runs the queries of a dataset through search in every mode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.progress import Progress

from evals.retrieval.corpus import Corpus
from evals.retrieval.metrics import by_k, mean, score
from evals.retrieval.runs import (
    COMPARED_BY,
    SHOWN,
    SYSTEM,
    ModeResult,
    QueryResult,
    RetrievalRun,
    retrieval_settings,
)
from evals.retrieval.search import Searcher
from evals.retrieval.stages import Stages, document_stages
from evals.retrieval.types import FoundDocuments, Ranking, RetrievalDataset
from evals.runs import code_version, fingerprint, now
from evals.statistics.paired import Comparison, compare
from evals.timing import latency
from ragapp.settings import Settings
from ragapp.types import SearchMode

MODES: tuple[SearchMode, ...] = ("dense", "words", "hybrid")
TIMED_QUERIES = 200
TIMED_K = 10
"""The number of hits of the timed searches, the default of `ragapp search`."""


@dataclass(frozen=True, slots=True)
class RetrievalResult:
    """The content of the run file, the complete rankings by mode, and the queries."""

    run: RetrievalRun
    rankings: Mapping[str, Ranking]
    queries: Mapping[str, str]


def evaluate_retrieval(
    dataset: RetrievalDataset,
    corpus: Corpus,
    settings: Settings,
    progress: Progress,
    *,
    only: SearchMode | None = None,
) -> RetrievalResult:
    """Searches the ingested `corpus` for every query of `dataset`, and scores the results.

    Scores each mode, and hybrid search before the reranker if there is one; `only` restricts this to one
    mode.
    """
    searcher = Searcher(corpus.service, corpus.collection, corpus.corpus_ids, settings.candidates)
    timed = list(dataset.queries.values())[:TIMED_QUERIES]
    times = searcher.times(progress.track(timed, description="timing searches"), TIMED_K)
    found = _search_modes(dataset, corpus, settings, progress, MODES if only is None else (only,))
    rankings = {mode: {query: one.ranking for query, one in run.items()} for mode, run in found.items()}
    modes = {mode: scored(dataset, run) for mode, run in rankings.items()}
    values = retrieval_settings(settings)
    run = RetrievalRun(
        dataset=dataset.name,
        split=dataset.split,
        dataset_sha256=dataset.sha256,
        documents=len(dataset.corpus),
        chunks=corpus.chunks,
        failures=corpus.failures,
        settings=values,
        settings_fingerprint=fingerprint(values, corpus.embedder, corpus.recipe),
        embedder=corpus.embedder,
        recipe=corpus.recipe,
        code=code_version(),
        created_at=now(),
        latency_ms=latency(times),
        modes=modes,
        comparisons=compare_modes(modes, COMPARED_BY),
        system=only or SYSTEM,
        stages=_stages(dataset, corpus, found) if only is None else None,
        searches_ms=[one.ms for one in times],
    )
    return RetrievalResult(run, rankings, dataset.queries)


def evaluate_ranking(dataset: RetrievalDataset, ranking: Ranking, name: str) -> RetrievalRun:
    """Scores the ranking of another program, without ingest and search."""
    given = {query: tuple(ranking.get(query, ())) for query in dataset.queries}
    return RetrievalRun(
        dataset=dataset.name,
        split=dataset.split,
        dataset_sha256=dataset.sha256,
        documents=len(dataset.corpus),
        chunks=0,
        failures=(),
        settings={},
        settings_fingerprint=fingerprint(name),
        embedder="",
        recipe="",
        code=code_version(),
        created_at=now(),
        latency_ms={},
        modes={name: scored(dataset, given)},
        comparisons={},
        system=name,
    )


def scored(dataset: RetrievalDataset, run: Ranking) -> ModeResult:
    per_query = score(dataset.qrels, run)
    results = {
        query: QueryResult(scores, tuple(document for document, _ in run[query][:SHOWN]))
        for query, scores in per_query.items()
    }
    return ModeResult(metrics=mean(per_query), queries=results, by_k=by_k(dataset.qrels, run))


def _search_modes(
    dataset: RetrievalDataset,
    corpus: Corpus,
    settings: Settings,
    progress: Progress,
    modes: Sequence[SearchMode],
) -> dict[str, dict[str, FoundDocuments]]:
    """Dense and keyword search are run without a reranker, to show what each retriever finds."""
    ids, candidates = corpus.corpus_ids, settings.candidates
    bare = Searcher(corpus.bare, corpus.collection, ids, candidates)
    whole = Searcher(corpus.service, corpus.collection, ids, candidates)
    queries = list(dataset.queries.items())
    found = {}
    for mode in modes:
        searcher = whole if mode == SYSTEM else bare
        if mode == SYSTEM and settings.reranker is not None:
            found["fused"] = bare.find(progress.track(queries, description="searching, fused"), mode)
        found[mode] = searcher.find(progress.track(queries, description=f"searching, {mode}"), mode)
    return found


def _stages(
    dataset: RetrievalDataset, corpus: Corpus, found: Mapping[str, Mapping[str, FoundDocuments]]
) -> Stages:
    there = set(corpus.corpus_ids.values())
    blank = {document.id for document in dataset.corpus if document.id not in there}
    return document_stages(dataset.qrels, corpus.failed, corpus.empty | blank, found)


def compare_modes(modes: Mapping[str, ModeResult], metric: str) -> dict[str, Comparison]:
    """Compares hybrid search with each retriever alone, and with itself before the reranker."""
    values = {
        mode: {query: one.scores[metric] for query, one in result.queries.items()}
        for mode, result in modes.items()
    }
    others = [mode for mode in modes if mode != SYSTEM and SYSTEM in modes]
    return {f"{SYSTEM} - {mode}": compare(values[SYSTEM], values[mode]) for mode in others}
