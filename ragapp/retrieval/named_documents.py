"""Which documents a query names: "the lease agreement", "RFC 7258", "Verizon's 10-K of 2022"."""

from __future__ import annotations

import math
import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from ragapp.text.names import abbreviated, name_words
from ragapp.types import Collection, DocumentLabel

MOST_DOCUMENTS = 20_000
"""In a larger collection no documents are looked for by name: comparing takes 5 µs for each."""

MOST_NAMED = 5
"""Documents that one query may name. When more match equally well, the words name a subject."""

NEAR_BEST = 0.8
"""Documents that match at least so well as the best one are named too."""

LONGEST_TITLE = 5
"""Words of a title by which a document is called, without general ones."""

CERTAIN = 0.6
"""The share of a document's name or title, weighted by rarity, from which the words of a query name it. A
word that looks like a name, or a number, and stands in few file names is enough by itself. Of titles it is
not: a paper's title has words such as BRCA1, which are its subject."""

_NUMBER = re.compile(r"\d")
_YEAR = re.compile(r"(?:19|20)\d\d")
_TOKEN = re.compile(r"[^\s,;:!?()\"“”]+")


@dataclass(frozen=True)
class _Called:
    """What one document is called, in words. Long titles are left out: those of papers describe a subject."""

    label: DocumentLabel

    @cached_property
    def name(self) -> list[str]:
        return name_words(self.label.name)

    @cached_property
    def title(self) -> list[str]:
        words = name_words(self.label.title or "")
        return words if len(words) <= LONGEST_TITLE else []

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset((*self.name, *self.title))


@dataclass(frozen=True)
class _Names:
    """What a collection's documents are called at a revision, by version id."""

    revision: int
    called: Mapping[int, _Called]

    @cached_property
    def counts(self) -> Counter[str]:
        """The number of documents that have each word in their name or title."""
        return Counter(word for one in self.called.values() for word in one.words)

    def rarity(self, word: str) -> float:
        return math.log(1 + len(self.called) / self.counts[word])


class NamedDocuments:
    """Finds documents by name. Remembers the names of each collection until it changes. Thread-safe."""

    def __init__(self, labels_of: Callable[[int], Sequence[DocumentLabel]]) -> None:
        """`labels_of` takes a collection's id."""
        self._labels_of = labels_of
        self._known: dict[int, _Names] = {}
        self._lock = threading.Lock()

    def named_in(self, query: str, collection: Collection) -> list[DocumentLabel]:
        """The documents that the query names; none when it names none."""
        names = self._names_of(collection)
        telling, written_out = _telling(query), _written_out(query, names)
        asked = {word for word in written_out.union(name_words(query)) if names.counts[word]}
        scores = [(sum(map(names.rarity, asked & one.words)), one) for one in names.called.values()]
        best = max((score for score, _ in scores), default=0.0)
        found = [
            one.label
            for score, one in scores
            if score and score >= NEAR_BEST * best
            if len(written_out & one.words) > 1 or _is_named(names, one, asked, telling)
        ]
        return found if len(found) <= MOST_NAMED else []

    def _names_of(self, collection: Collection) -> _Names:
        with self._lock:
            known = self._known.get(collection.id)
        if known is not None and known.revision == collection.revision:
            return known
        before = known.called if known else {}
        labels = self._labels_of(collection.id)
        few = labels if len(labels) <= MOST_DOCUMENTS else ()
        called = {one.version_id: _Called(one) for one in few}
        # What has not changed keeps the words that were made of it.
        called |= {version: one for version, one in before.items() if called.get(version) == one}
        names = _Names(collection.revision, called)
        with self._lock:
            self._known[collection.id] = names
        return names


def _is_named(names: _Names, one: _Called, asked: AbstractSet[str], telling: AbstractSet[str]) -> bool:
    """Whether the query has a telling word of the file name, or most of the name or of the title."""
    if any(names.counts[word] <= MOST_NAMED for word in telling & set(one.name)):
        return True
    return any(_is_most(names, set(words), asked) for words in (one.name, one.title))


def _is_most(names: _Names, words: AbstractSet[str], asked: AbstractSet[str]) -> bool:
    shared = words & asked
    share = sum(map(names.rarity, shared)) / sum(map(names.rarity, words)) if words else 0.0
    return len(shared) > 1 and share >= CERTAIN


def _telling(query: str) -> set[str]:
    """The words of a query that look like names, codes or numbers. A year alone tells no document."""
    found = (word for word in _TOKEN.findall(query) if word[:1].isupper() or _NUMBER.search(word))
    return {part for word in found if not _YEAR.fullmatch(word) for part in name_words(word)}


def _written_out(query: str, names: _Names) -> set[str]:
    """The words of names that the query abbreviates: "american" and "express" for AMEX."""
    found: set[str] = set()
    for token in _TOKEN.findall(query):
        name = token.removesuffix("'s").removesuffix("’s")
        if name[:1].isupper() and name[1:] != name[1:].lower() and not names.counts[name.casefold()]:
            called = (words for one in names.called.values() for words in (one.name, one.title))
            meanings = (abbreviated(name, words) for words in called)
            found.update(next(filter(None, meanings), ()))
    return found
