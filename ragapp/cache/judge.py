"""Whether an answer that was kept may be served for a question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ragapp.cache.asked import Asked
from ragapp.cache.evidence import evidence_change
from ragapp.cache.guards import disagreement
from ragapp.types import CacheEntry

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


class Judge:
    """Both parts ask the truth; `newcomers_since` only where the collection has changed since the answer."""

    def __init__(self, newcomers_since: NewcomersSince, is_live: IsLive) -> None:
        self._newcomers_since = newcomers_since
        self._is_live = is_live

    def same_question(self, asked: Asked, entry: CacheEntry) -> Objection | None:
        """By the guards; its similarity is not looked at here."""
        guard = disagreement(asked.result.query, entry.question)
        if guard is None:
            return None
        # Not in its words: they may be another person's.
        return Objection(f"guard:{guard}", f"a similar question differs in its {guard}")

    def same_evidence(self, asked: Asked, entry: CacheEntry) -> Objection | None:
        unchanged = entry.revision >= asked.collection.revision
        newcomers = frozenset() if unchanged else self._newcomers_since(asked.collection.id, entry.revision)
        change = evidence_change(entry.evidence, asked.result.hits, newcomers)
        return None if change is None else Objection(f"evidence:{change}", _CHANGED[change])

    def still_there(self, entry: CacheEntry) -> bool:
        """Whether all that is cited is there at this moment, which may be long after the search."""
        cited = {(citation.document_id, citation.version) for citation in entry.answer.citations}
        return all(self._is_live(document, version) for document, version in cited)
