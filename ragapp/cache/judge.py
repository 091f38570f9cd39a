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
    """`newcomers_since` asks the truth, and only where the collection has changed since the answer."""

    def __init__(self, newcomers_since: NewcomersSince) -> None:
        self._newcomers_since = newcomers_since

    def same_question(self, asked: Asked, entry: CacheEntry) -> Objection | None:
        """By the guards; its similarity is not looked at here."""
        guard = disagreement(asked.result.query, entry.question)
        if guard is None:
            return None
        return Objection(f"guard:{guard}", f"the similar “{entry.question}” differs in its {guard}")

    def same_evidence(self, asked: Asked, entry: CacheEntry) -> Objection | None:
        unchanged = entry.revision >= asked.collection.revision
        newcomers = frozenset() if unchanged else self._newcomers_since(asked.collection.id, entry.revision)
        change = evidence_change(entry.evidence, asked.result.hits, newcomers)
        return None if change is None else Objection(f"evidence:{change}", _CHANGED[change])
