"""Search indexes: derived from the database, and rebuilt from it at any time."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Protocol

from ragapp.types import Collection, Ranking, Vectors


class SearchIndex(Protocol):
    """Ranks chunk keys. Indexes follow the database's change log and can be rebuilt from it.

    `within` are the version ids that may be found (None: all). The filter applies during the search, so `k`
    results are returned whenever so many exist.
    """

    def catch_up(self, collection: Collection) -> None:
        """Brings the indexes up to the collection's committed revision."""

    def dense(
        self, collection: Collection, vector: Vectors, k: int, within: AbstractSet[int] | None = None
    ) -> Ranking:
        """The best chunks by inner product with `vector`, shape (dimension,)."""

    def keyword(
        self, collection: Collection, query: str, k: int, within: AbstractSet[int] | None = None
    ) -> Ranking:
        """The best chunks by BM25. The query is plain text: no character has a special meaning."""

    def verify(self, collection: Collection) -> str | None:
        """The difference between the indexes and the database; None when they agree."""

    def purge(self, collection: Collection) -> str:
        """Removes deleted text from the indexes' files. Returns what may be left; "" for nothing."""

    def purge_soon(self, collection: Collection) -> None:
        """Like `purge`, in the background, if that takes only a few seconds."""

    def rebuild(self, collection: Collection) -> None:
        """Rebuilds the indexes from the database and switches to them."""

    def prepare(self, collection: Collection) -> None:
        """Builds the vector index of a collection for the embedder that it is about to switch to."""

    def forget_others(self, collection: Collection) -> None:
        """Removes the vector indexes of the collection's former embedders."""

    def drop(self, collection_id: int) -> None:
        """Removes the indexes of a deleted collection."""

    def collection_ids(self) -> frozenset[int]:
        """The ids of all collections that have an index, including deleted ones that were not cleaned up."""

    def close(self) -> None: ...
