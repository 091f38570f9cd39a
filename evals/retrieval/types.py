"""The types of retrieval evaluation: datasets, judgements and rankings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Qrels = Mapping[str, Mapping[str, int]]
"""Query id -> corpus id -> grade, as in trec_eval: 0 is not relevant, 1 and above is relevant."""

DocumentRanking = tuple[tuple[str, float], ...]
"""(corpus id, score) pairs, best first; the order counts, scores may tie."""

Ranking = Mapping[str, DocumentRanking]
"""Query id -> the ranking of a system."""

Scores = Mapping[str, float]
"""Metric name -> value from 0 to 1."""

PerQuery = Mapping[str, Scores]
"""Query id -> scores."""


@dataclass(frozen=True, slots=True)
class CorpusDocument:
    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class RetrievalDataset:
    """A corpus, the queries of one split, and their relevance judgements.

    `corpus_sha256` is the hash of the corpus alone, which is ingested; `sha256` is that of all three.
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
    """Documents ranked by their best chunk. The first `candidates` come from the usual number of candidate
    chunks.
    """

    ranking: DocumentRanking
    candidates: int

    def first(self, places: int) -> frozenset[str]:
        return frozenset(document for document, _ in self.ranking[:places])


@dataclass(frozen=True, slots=True)
class TextSpan:
    """The characters from `start` to `end` of a stored text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SpanQuestion:
    """A question whose evidence consists of all these spans of one text."""

    id: str
    text: str
    corpus: str
    evidence: tuple[TextSpan, ...]


@dataclass(frozen=True, slots=True)
class SpanDataset:
    """Texts by name, as ragapp stores them, and questions about them."""

    name: str
    texts: Mapping[str, str]
    questions: tuple[SpanQuestion, ...]
    corpus_sha256: str
    sha256: str
