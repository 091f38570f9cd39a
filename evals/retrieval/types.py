"""The nouns of the evals: a dataset to retrieve from, judgements, and what a system returned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Qrels = Mapping[str, Mapping[str, int]]
"""Query id -> corpus id -> grade, as in trec_eval: 0 is not relevant, 1 and above is relevant."""

DocumentRanking = tuple[tuple[str, float], ...]
"""(corpus id, score) pairs, best first; the order counts, scores may tie."""

Ranking = Mapping[str, DocumentRanking]
"""Query id -> what a system returned for it."""

Scores = Mapping[str, float]
"""Metric name -> value from 0 to 1."""

PerQuery = Mapping[str, Scores]
"""Query id -> its scores."""


@dataclass(frozen=True, slots=True)
class CorpusDocument:
    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class RetrievalDataset:
    """A corpus, the queries that one split judges, and the judgements.

    `corpus_sha256` names the corpus alone (what is ingested), `sha256` all three.
    """

    name: str
    split: str
    corpus: tuple[CorpusDocument, ...]
    queries: Mapping[str, str]
    qrels: Qrels
    corpus_sha256: str
    sha256: str


@dataclass(frozen=True, slots=True)
class FoundDocuments:
    """Documents by their best chunk. The first `candidates` are of the chunks that a retriever keeps."""

    ranking: DocumentRanking
    candidates: int

    def first(self, places: int) -> frozenset[str]:
        return frozenset(document for document, _ in self.ranking[:places])


@dataclass(frozen=True, slots=True)
class TextSpan:
    """Characters `start` to `end` of a stored text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SpanQuestion:
    """A question whose evidence stands in one text, in all of these spans."""

    id: str
    text: str
    corpus: str
    evidence: tuple[TextSpan, ...]


@dataclass(frozen=True, slots=True)
class SpanDataset:
    """Texts by name, as ragapp stores them, and questions on them."""

    name: str
    texts: Mapping[str, str]
    questions: tuple[SpanQuestion, ...]
    corpus_sha256: str
    sha256: str
