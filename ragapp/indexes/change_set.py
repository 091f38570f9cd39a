"""What the views read of the truth: the narrow side of `DocumentStore` that they follow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ragapp.types import Collection, IndexChange, IndexEntry, Vectors


class ChangeSource(Protocol):
    """See `ragapp.protocols.DocumentStore` for what each method promises."""

    def collection(self, name: str) -> Collection: ...

    def changes(self, collection_id: int, after: int) -> list[IndexChange]: ...

    def entries(
        self, collection_id: int, version_ids: Iterable[int] | None = None
    ) -> Iterator[IndexEntry]: ...

    def vectors(
        self, collection_id: int, embedder: str, version_ids: Iterable[int] | None = None
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Vectors]]: ...


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What a stretch of the change log asks of a view: first take out `touched`, then put in `added`.

    Taking out before putting in makes replay idempotent: a view that had applied part of the stretch
    before it died ends up the same.
    """

    revision: int
    touched: frozenset[int]
    added: tuple[int, ...]


def change_set(
    changes: Sequence[IndexChange], adding: Literal["parsed", "embedded"], revision: int
) -> ChangeSet:
    """The net effect of `changes` on a view that takes versions in at `adding`.

    `revision` is where the view stands at least once the gap is closed.
    """
    lives: dict[int, bool] = {}
    for change in changes:
        revision = max(revision, change.revision)
        if change.kind in (adding, "removed"):
            lives[change.version_id] = change.kind == adding
    added = tuple(version_id for version_id, alive in lives.items() if alive)
    return ChangeSet(revision, frozenset(lives), added)


def is_history_fork(truth: ChangeSource, collection: Collection, revision: int) -> bool:
    """Whether a view at `revision` has followed changes that are no more: the database was replaced by an
    older copy of itself. A view that others have just brought further than `collection` has not."""
    return revision > collection.revision and not truth.changes(collection.id, revision - 1)


def pieces(changes: Sequence[IndexChange], size: int) -> Iterator[Sequence[IndexChange]]:
    """`changes` in stretches of at most `size`, in order."""
    for start in range(0, len(changes), size):
        yield changes[start : start + size]
