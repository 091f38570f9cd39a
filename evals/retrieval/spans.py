"""Scores retrieval by spans: the overlap of the words of the first chunks with the evidence."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from rich.progress import Progress

from evals.retrieval.evaluate import MODES, TIMED_K, TIMED_QUERIES, compare_modes
from evals.retrieval.overlap import Words, overlap
from evals.retrieval.runs import SYSTEM, ModeResult, QueryResult, RetrievalRun, retrieval_settings
from evals.retrieval.search import Searcher
from evals.retrieval.stages import Kept, Pair, Stages, count_stages
from evals.retrieval.types import SpanDataset, SpanQuestion, TextSpan
from evals.runs import code_version, fingerprint, now
from evals.timing import latency
from evals.workspace import Workspace, open_workspace
from ragapp.bootstrap import ingest_fingerprint
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import Hit, SearchMode, SearchQuery, UploadSpec

READ = 5
"""The number of chunks that are scored, as in the report that defines the metric."""

BUDGET = 800
"""The number of words that are scored, about five chunks: chunk sizes are only comparable for equal amounts
of text.
"""

METRIC = f"word recall@{BUDGET} words"

HitsByQuery = Mapping[str, Sequence[Hit]]


def evaluate_spans(dataset: SpanDataset, settings: Settings, progress: Progress) -> RetrievalRun:
    """Ingests the texts, and searches for every question in each mode."""
    with open_workspace(dataset.name, dataset.corpus_sha256, settings) as workspace:
        _upload_texts(dataset, workspace)
        workspace.ingest_pending(progress)
        documents = workspace.service.documents(workspace.collection)
        names = {document.id: document.source for document in documents}
        searcher = Searcher(workspace.service, workspace.collection, names, settings.candidates)
        timed = [question.text for question in dataset.questions[:TIMED_QUERIES]]
        times = searcher.times(progress.track(timed, description="timing searches"), TIMED_K)
        found = _search_all(dataset, workspace, progress)
        scorer = _Scorer(dataset, names)
        modes = {mode: scorer.score(hits) for mode, hits in found.items()}
        values = retrieval_settings(settings)
        made_by = ingest_fingerprint(workspace.settings)
        return RetrievalRun(
            dataset=dataset.name,
            split="spans",
            dataset_sha256=dataset.sha256,
            documents=len(dataset.texts),
            chunks=sum(document.chunks for document in documents),
            failures=tuple(f"{one.name}: {one.error}" for one in documents if one.status == "failed"),
            settings=values,
            settings_fingerprint=fingerprint(values, workspace.embedder, made_by),
            embedder=workspace.embedder,
            recipe=made_by,
            code=code_version(),
            created_at=now(),
            latency_ms=latency(times),
            modes=modes,
            comparisons=compare_modes(modes, METRIC),
            metric=METRIC,
            stages=scorer.stages(found, workspace.service),
            searches_ms=[one.ms for one in times],
        )


class _Scorer:
    """Scores hits. `names` are the names of the texts by document id."""

    def __init__(self, dataset: SpanDataset, names: Mapping[str, str]) -> None:
        self._questions = dataset.questions
        self._names = names
        self._words = {name: Words(text) for name, text in dataset.texts.items()}
        self._texts = dataset.texts

    def score(self, hits: HitsByQuery) -> ModeResult:
        results = {question.id: self._result(question, hits[question.id]) for question in self._questions}
        means = {
            metric: float(np.mean([one.scores[metric] for one in results.values()]))
            for metric in next(iter(results.values())).scores
        }
        return ModeResult(means, results)

    def stages(self, found: Mapping[str, HitsByQuery], service: RagService) -> Stages:
        """Counts the evidence that each stage still has. It counts as present if all of its words are."""
        same = {
            name for id_, name in self._names.items() if service.document_text(id_).text == self._texts[name]
        }
        parsed = [(q, span) for q in self._questions if q.corpus in same for span in q.evidence]
        kept = {mode: self._count_found(hits) for mode, hits in found.items()}
        return count_stages(
            relevant=sum(len(question.evidence) for question in self._questions),
            parsed=len(parsed),
            chunked=len(parsed),
            kept=kept,
            first=READ,
        )

    def _result(self, question: SpanQuestion, hits: Sequence[Hit]) -> QueryResult:
        first = hits[:READ]
        wanted = self._evidence_words(question.corpus, question.evidence)
        scores = {f"word {name}@{READ}": value for name, value in overlap(self._read(first), wanted).items()}
        scores[METRIC] = overlap(self._affordable(hits), wanted)["recall"]
        places = tuple(f"{self._names[hit.document_id]}:{hit.start}-{hit.end}" for hit in first)
        return QueryResult(scores, places)

    def _affordable(self, hits: Sequence[Hit]) -> set[tuple[str, int]]:
        """The first `BUDGET` words of the chunks in rank order."""
        read: dict[tuple[str, int], None] = {}
        for hit in hits:
            read |= dict.fromkeys(sorted(self._read([hit])))
            if len(read) >= BUDGET:
                break
        return set(list(read)[:BUDGET])

    def _count_found(self, hits: HitsByQuery) -> Kept:
        return Kept(
            candidates=self._covered(hits),
            first=self._covered({query: found[:READ] for query, found in hits.items()}),
        )

    def _covered(self, hits: HitsByQuery) -> set[Pair]:
        covered = set()
        for question in self._questions:
            read = self._read(hits[question.id])
            for place, span in enumerate(question.evidence):
                if self._evidence_words(question.corpus, [span]) <= read:
                    covered.add((question.id, str(place)))
        return covered

    def _read(self, hits: Iterable[Hit]) -> set[tuple[str, int]]:
        read: set[tuple[str, int]] = set()
        for hit in hits:
            read |= self._evidence_words(self._names[hit.document_id], [TextSpan(hit.start, hit.end)])
        return read

    def _evidence_words(self, name: str, spans: Iterable[TextSpan]) -> set[tuple[str, int]]:
        return {(name, number) for number in self._words[name].of(spans)}


def _upload_texts(dataset: SpanDataset, workspace: Workspace) -> None:
    there = {d.source for d in workspace.service.documents(workspace.collection) if d.status != "failed"}
    for name, text in dataset.texts.items():
        if name not in there:
            workspace.service.upload(
                UploadSpec(f"{name}.txt", workspace.collection, source=name), io.BytesIO(text.encode())
            )


def _search_all(
    dataset: SpanDataset, workspace: Workspace, progress: Progress
) -> dict[str, dict[str, Sequence[Hit]]]:
    candidates = workspace.settings.candidates

    def find(service: RagService, mode: SearchMode, name: str) -> dict[str, Sequence[Hit]]:
        asked = progress.track(dataset.questions, description=f"searching, {name}")
        return {
            one.id: service.search(
                SearchQuery(one.text, collection=workspace.collection, k=candidates, mode=mode)
            ).hits
            for one in asked
        }

    found: dict[str, dict[str, Sequence[Hit]]] = {
        mode: find(workspace.bare, mode, mode) for mode in MODES if mode != SYSTEM
    }
    if workspace.settings.reranker is not None:
        found["fused"] = find(workspace.bare, "hybrid", "fused")
    return found | {SYSTEM: find(workspace.service, "hybrid", SYSTEM)}
