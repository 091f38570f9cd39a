"""Which documents a query names: "the lease agreement", "RFC 7258", "Verizon's 10-K of 2022"."""

from __future__ import annotations

import math
import re
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ragapp.text.names import name_words
from ragapp.types import Collection, DocumentLabel

MOST_DOCUMENTS = 20_000
"""In a larger collection no documents are looked for by name: comparing takes 5 µs for each."""

MOST_NAMED = 5
"""Documents that one query may name. When more match equally well, the words name a subject."""

NEAR_BEST = 0.8
"""Documents that match at least so well as the best one are named too."""

CERTAIN = 0.5
"""The share of a document's name, weighted by rarity, from which the words of a query name it. A word that
looks like a name, or a number, of a single document is enough by itself."""

_NUMBER = re.compile(r"\d")
_YEAR = re.compile(r"(?:19|20)\d\d")
_TOKEN = re.compile(r"[^\s,;:!?()\"“”]+")


@dataclass(frozen=True, slots=True)
class _Known:
    revision: int
    labels: dict[int, DocumentLabel]
    words: dict[int, frozenset[str]]
    counts: Counter[str]


class NamedDocuments:
    """Finds documents by name. Remembers the names of each collection until it changes. Thread-safe."""

    def __init__(self, labels_of: Callable[[int], Sequence[DocumentLabel]]) -> None:
        """`labels_of` takes a collection's id."""
        self._labels_of = labels_of
        self._known: dict[int, _Known] = {}
        self._lock = threading.Lock()

    def named_in(self, query: str, collection: Collection) -> list[DocumentLabel]:
        """The documents that the query names; none when it names none."""
        known = self._names_of(collection)
        asked = set(name_words(query))
        if not known.words or not asked:
            return []
        total = len(known.words)
        rarity = {word: math.log(1 + total / known.counts[word]) for word in asked if known.counts[word]}
        telling = _telling(query)
        scores = {
            version: sum(rarity[word] for word in named & rarity.keys())
            for version, named in known.words.items()
        }
        best = max(scores.values(), default=0.0)
        if best == 0:
            return []
        found = [
            known.labels[version]
            for version, score in scores.items()
            if score >= NEAR_BEST * best and _is_named(known, version, rarity, telling)
        ]
        return found if len(found) <= MOST_NAMED else []

    def _names_of(self, collection: Collection) -> _Known:
        with self._lock:
            known = self._known.get(collection.id)
            if known is not None and known.revision == collection.revision:
                return known
        labels = self._labels_of(collection.id)
        words = {}
        if len(labels) <= MOST_DOCUMENTS:
            before = known.words if known else {}
            for label in labels:
                words[label.version_id] = before.get(label.version_id) or frozenset(
                    name_words(f"{label.name} {label.title or ''}")
                )
        by_version = {label.version_id: label for label in labels}
        counts = Counter(word for named in words.values() for word in named)
        with self._lock:
            self._known[collection.id] = _Known(collection.revision, by_version, words, counts)
            return self._known[collection.id]


def _is_named(known: _Known, version: int, rarity: dict[str, float], telling: frozenset[str]) -> bool:
    named = known.words[version]
    shared = named & rarity.keys()
    if any(word in telling and known.counts[word] <= MOST_NAMED for word in shared):
        return True
    whole = sum(math.log(1 + len(known.words) / known.counts[word]) for word in named)
    return len(shared) > 1 and sum(rarity[word] for word in shared) >= CERTAIN * whole


def _telling(query: str) -> frozenset[str]:
    """The words of a query that look like names, codes or numbers. A year alone tells no document."""
    found = (word for word in _TOKEN.findall(query) if word[:1].isupper() or _NUMBER.search(word))
    return frozenset(part for word in found if not _YEAR.fullmatch(word) for part in name_words(word))
