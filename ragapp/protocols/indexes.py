"""The views of the truth that are searched."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Protocol

from ragapp.types import Collection, Ranking, Vectors


class SearchIndex(Protocol):
    """The views: ranks chunk keys. They follow the truth's change log and can be rebuilt from it.

    `within` are the version ids that may be found (None: all); the filter acts inside the search, so
    `k` hits come back whenever so many exist.
    """

    def catch_up(self, collection: Collection) -> None:
        """Brings the views to the collection's committed revision."""

    def dense(
        self, collection: Collection, vector: Vectors, k: int, within: AbstractSet[int] | None = None
    ) -> Ranking:
        """By inner product with `vector`, shape (dimension,)."""

    def words(
        self, collection: Collection, query: str, k: int, within: AbstractSet[int] | None = None
    ) -> Ranking:
        """By BM25. The query is plain words: no character has a special meaning."""

    def verify(self, collection: Collection) -> str | None:
        """What differs between the views and the truth; None when they agree."""

    def purge(self, collection: Collection) -> str:
        """Takes what was removed out of the indexes' files, too. Returns what may be left; "" for nothing."""

    def purge_soon(self, collection: Collection) -> None:
        """As `purge`, in the background, where that takes no more than a few seconds."""

    def rebuild(self, collection: Collection) -> None:
        """Builds the views anew from the truth and switches to them."""

    def prepare(self, collection: Collection) -> None:
        """Builds the vector view of a collection as it will be once it has another embedder."""

    def forget_others(self, collection: Collection) -> None:
        """Removes the vector views of embedders that the collection does not have any more."""

    def drop(self, collection_id: int) -> None:
        """Removes the views of a deleted collection."""

    def collection_ids(self) -> frozenset[int]:
        """Of all collections that there are views of: also of those deleted by one that died at it."""

    def close(self) -> None: ...
