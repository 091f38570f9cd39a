"""Whether a cached answer is still valid: the question means the same, and the evidence is unchanged."""

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
    """The ids of the chunks that the citations come from; None when one comes from none of the hits.

    A citation may reach beyond its hit, because passages are expanded before they are read. It is assigned to
    the nearest hit of its document version.
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
    """Why `hits` no longer support an answer that cites the chunks `evidence`; None when they do.

    Returns `citation` if a cited chunk is not among the hits. The id of a chunk depends on document version,
    span and text, so this covers changed, deleted and forbidden chunks. Returns `newcomer` if a hit belongs
    to a (document id, version) that was published after the answer.
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
"""(collection id, revision) -> the (document id, version) pairs published since."""

IsLive = Callable[[str, int], bool]
"""(document id, version) -> whether it is the version that is searched now."""

_CHANGED = {
    "citation": "a passage that the cached answer cites has changed, is gone or is no longer among the best",
    "newcomer": "a document that came in since would be read now",
}


@dataclass(frozen=True, slots=True)
class Objection:
    """Why an answer may not be served: the reason it is counted under, and a clause for people."""

    reason: str
    clause: str


class ValidityCheck:
    """Decides whether a cached answer may still be served."""

    def __init__(self, newcomers_since: NewcomersSince, is_live: IsLive) -> None:
        """Both functions query the database. `newcomers_since` is called only if the collection has changed
        since the answer was stored."""
        self._newcomers_since = newcomers_since
        self._is_live = is_live

    def same_question(self, key: CacheKey, entry: CacheEntry) -> Objection | None:
        """Compares the questions by the guards, not by their similarity."""
        guard = disagreement(key.query, entry.question)
        if guard is None:
            return None
        # Does not quote the other question, which may be another person's.
        return Objection(f"guard:{guard}", f"a similar question differs in its {guard}")

    def same_evidence(self, key: CacheKey, entry: CacheEntry) -> Objection | None:
        unchanged = entry.revision >= key.collection.revision
        newcomers = frozenset() if unchanged else self._newcomers_since(key.collection.id, entry.revision)
        change = evidence_change(entry.evidence, key.hits, newcomers)
        return None if change is None else Objection(f"evidence:{change}", _CHANGED[change])

    def still_live(self, entry: CacheEntry) -> bool:
        """Whether all cited document versions are live now, which may be long after the search."""
        cited = {(citation.document_id, citation.version) for citation in entry.answer.citations}
        return all(self._is_live(document, version) for document, version in cited)
