"""Whether an answer would find today the evidence that it was made from. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from ragapp.cache.cache_key import CacheKey
from ragapp.cache.guards import disagreement
from ragapp.types import CacheEntry, Citation, Hit

EvidenceChange = Literal["citation", "newcomer"]


def cited_chunks(citations: Sequence[Citation], hits: Sequence[Hit]) -> tuple[str, ...] | None:
    """The id of the hit behind each citation; None when one has none.

    A citation may reach beyond its hit, because a passage is read with what stands around it: the nearest
    hit of the same document version is the one it came with.
    """
    chunks = []
    for citation in citations:
        near = [hit for hit in hits if _version(hit) == _version(citation)]
        if not near:
            return None
        chunks.append(min(near, key=lambda hit: _distance(hit, citation)).chunk_id)
    return tuple(dict.fromkeys(chunks))


def evidence_change(
    evidence: Sequence[str], hits: Sequence[Hit], newcomers: AbstractSet[tuple[str, int]]
) -> EvidenceChange | None:
    """Why an answer that cites the chunks `evidence` no longer stands on `hits`; None when it does.

    `citation`: a cited chunk is not among the hits. A chunk's id binds document version, span and text, so
    a changed, deleted or forbidden one never is. `newcomer`: a hit is of a (document id, version) that
    came after the answer.
    """
    if not set(evidence) <= {hit.chunk_id for hit in hits}:
        return "citation"
    if any(_version(hit) in newcomers for hit in hits):
        return "newcomer"
    return None


def _version(one: Hit | Citation) -> tuple[str, int]:
    return one.document_id, one.version


def _distance(hit: Hit, citation: Citation) -> int:
    """Characters between the two; 0 or less when they overlap."""
    return max(hit.start - citation.end, citation.start - hit.end)


NewcomersSince = Callable[[int, int], frozenset[tuple[str, int]]]
"""(collection id, revision) -> the (document id, version)s that came in since."""

IsLive = Callable[[str, int], bool]
"""(document id, version) -> whether it is what is searched now."""

_CHANGED = {
    "citation": "a passage that the kept answer cites has changed, is gone or is no longer among the best",
    "newcomer": "a document that came in since would be read now",
}


@dataclass(frozen=True, slots=True)
class Objection:
    """Why an answer may not be served: a word to count it under, and a clause for people."""

    reason: str
    clause: str


class ValidityCheck:
    """Both parts ask the truth; `newcomers_since` only where the collection has changed since the answer."""

    def __init__(self, newcomers_since: NewcomersSince, is_live: IsLive) -> None:
        self._newcomers_since = newcomers_since
        self._is_live = is_live

    def same_question(self, asked: CacheKey, entry: CacheEntry) -> Objection | None:
        """By the guards; its similarity is not looked at here."""
        guard = disagreement(asked.result.query, entry.question)
        if guard is None:
            return None
        # Not in its words: they may be another person's.
        return Objection(f"guard:{guard}", f"a similar question differs in its {guard}")

    def same_evidence(self, asked: CacheKey, entry: CacheEntry) -> Objection | None:
        unchanged = entry.revision >= asked.collection.revision
        newcomers = frozenset() if unchanged else self._newcomers_since(asked.collection.id, entry.revision)
        change = evidence_change(entry.evidence, asked.result.hits, newcomers)
        return None if change is None else Objection(f"evidence:{change}", _CHANGED[change])

    def still_there(self, entry: CacheEntry) -> bool:
        """Whether all that is cited is there at this moment, which may be long after the search."""
        cited = {(citation.document_id, citation.version) for citation in entry.answer.citations}
        return all(self._is_live(document, version) for document, version in cited)
