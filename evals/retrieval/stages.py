"""Counts the relevant documents that each stage of retrieval loses."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from evals.retrieval.types import FoundDocuments, Qrels

FIRST = 10
"""The number of top ranks that count as found."""

Pair = tuple[str, str]
"""(query id, a relevant document or evidence)"""


@dataclass(frozen=True, slots=True)
class Stages:
    """The number of `relevant` documents (or evidence spans), counted for each query, that are left after
    each stage.

    `dense` and `words` are in the candidates of that retriever, `candidates` in those of either. `fused` are
    in the `first` ranks of the fused ranking, `reranked` in those of the reranker (None without one).
    """

    relevant: int
    parsed: int
    chunked: int
    dense: int
    words: int
    candidates: int
    fused: int
    reranked: int | None = None
    first: int = FIRST

    @property
    def lost(self) -> dict[str, int]:
        """The number that each stage lost. It is negative for the reranker if it gained some."""
        found = {
            "parse": self.relevant - self.parsed,
            "chunk": self.parsed - self.chunked,
            "dense and words": self.chunked - self.candidates,
            "fusion": self.candidates - self.fused,
        }
        return found if self.reranked is None else found | {"rerank": self.fused - self.reranked}


@dataclass(frozen=True, slots=True)
class Kept:
    """What a mode found: among its candidates, and in the first ranks."""

    candidates: AbstractSet[Pair]
    first: AbstractSet[Pair]


def count_stages(
    *, relevant: int, parsed: int, chunked: int, kept: Mapping[str, Kept], first: int = FIRST
) -> Stages:
    """Counts relevant chunks by stage. `kept` has the modes `dense`, `words` and `hybrid`, and `fused` if
    there is a reranker.
    """
    dense, words = kept["dense"].candidates, kept["words"].candidates
    reranks = "fused" in kept
    return Stages(
        relevant=relevant,
        parsed=parsed,
        chunked=chunked,
        dense=len(dense),
        words=len(words),
        candidates=len(dense | words),
        fused=len(kept["fused" if reranks else "hybrid"].first),
        reranked=len(kept["hybrid"].first) if reranks else None,
        first=first,
    )


def document_stages(
    qrels: Qrels,
    failed: Collection[str],
    empty: Collection[str],
    found: Mapping[str, Mapping[str, FoundDocuments]],
) -> Stages:
    """Counts documents by stage. `failed` ones could not be parsed, `empty` ones have no chunks; `found` is
    by mode and query.
    """
    pairs = list(_relevant(qrels))
    parsed = [pair for pair in pairs if pair[1] not in failed]
    chunked = [pair for pair in parsed if pair[1] not in empty]
    kept = {mode: _count_found(chunked, by_query) for mode, by_query in found.items()}
    return count_stages(relevant=len(pairs), parsed=len(parsed), chunked=len(chunked), kept=kept)


def _relevant(qrels: Qrels) -> Iterator[Pair]:
    for query, grades in qrels.items():
        yield from ((query, document) for document, grade in grades.items() if grade > 0)


def _count_found(pairs: Collection[Pair], found: Mapping[str, FoundDocuments]) -> Kept:
    candidates = {query: one.first(one.candidates) for query, one in found.items()}
    first = {query: one.first(FIRST) for query, one in found.items()}
    return Kept(
        candidates={pair for pair in pairs if pair[1] in candidates[pair[0]]},
        first={pair for pair in pairs if pair[1] in first[pair[0]]},
    )
