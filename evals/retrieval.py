"""Scores retrieval: the dataset through ingest, its queries through search, in every mode."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.progress import Progress

from evals.corpus import Corpus
from evals.metrics import mean, score
from evals.runs import (
    SHOWN,
    ModeResult,
    QueryResult,
    RetrievalRun,
    code_version,
    fingerprint,
    retrieval_settings,
)
from evals.search import Searcher
from evals.statistics import Comparison, compare
from evals.types import RetrievalDataset, Run
from ragapp.settings import Settings
from ragapp.types import SearchMode

MODES: tuple[SearchMode, ...] = ("dense", "words", "hybrid")
COMPARED_BY = "nDCG@10"
TIMED_QUERIES = 200
TIMED_K = 10
"""Hits of the searches that are timed: the default of `ragapp search`."""


@dataclass(frozen=True, slots=True)
class RetrievalResult:
    """The run file's content, and the whole rankings by mode."""

    run: RetrievalRun
    rankings: Mapping[SearchMode, Run]


def evaluate_retrieval(
    dataset: RetrievalDataset, corpus: Corpus, settings: Settings, progress: Progress
) -> RetrievalResult:
    """Searches the ingested `corpus` for every query of `dataset` in each mode, and scores what it finds."""
    searcher = Searcher(corpus.service, corpus.collection, corpus.corpus_ids, settings.candidates)
    timed = list(dataset.queries.values())[:TIMED_QUERIES]
    latency = searcher.latency(progress.track(timed, description="timing searches"), TIMED_K)
    rankings: dict[SearchMode, Run] = {}
    for mode in MODES:
        queries = progress.track(list(dataset.queries.items()), description=f"searching, {mode}")
        rankings[mode] = searcher.run(queries, mode)
    modes = {mode: _scored(dataset, run) for mode, run in rankings.items()}
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
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        latency_ms=latency,
        modes=modes,
        comparisons=_comparisons(modes),
    )
    return RetrievalResult(run, rankings)


def _scored(dataset: RetrievalDataset, run: Run) -> ModeResult:
    per_query = score(dataset.qrels, run)
    results = {
        query: QueryResult(scores, tuple(document for document, _ in run[query][:SHOWN]))
        for query, scores in per_query.items()
    }
    return ModeResult(metrics=mean(per_query), queries=results)


def _comparisons(modes: Mapping[SearchMode, ModeResult]) -> dict[str, Comparison]:
    """Hybrid against each leg; it has to earn its place."""
    values = {
        mode: {query: found.scores[COMPARED_BY] for query, found in result.queries.items()}
        for mode, result in modes.items()
    }
    return {f"hybrid - {mode}": compare(values["hybrid"], values[mode]) for mode in MODES if mode != "hybrid"}
