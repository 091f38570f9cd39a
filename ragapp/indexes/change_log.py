"""Following a change log: every index is derived from the database and catches up by replaying its log."""

from __future__ import annotations

import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, Literal, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from ragapp.types import Collection, IndexChange, IndexEntry, Vectors

AddedBy = Literal["parsed", "embedded"]
"""The kind of change that adds a version: `parsed` to a keyword index, `embedded` to a vector index."""


class ChangeSource(Protocol):
    """The part of `ragapp.protocols.DocumentStore` that indexes read; it documents the methods."""

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
    """The net effect of a part of the change log: remove the versions `touched`, then add those in `added`.

    Removing before adding makes replay idempotent: an index that had applied only some of the changes when
    its process died ends up the same.
    """

    revision: int
    """The revision of the last change."""
    touched: frozenset[int]
    added: tuple[int, ...]

    @property
    def removed(self) -> frozenset[int]:
        """The touched versions that are not added again."""
        return self.touched - frozenset(self.added)


def change_set(changes: Sequence[IndexChange], added_by: AddedBy) -> ChangeSet:
    """The net effect of `changes`, which are in the order of the log; revision 0 when there are none."""
    live: dict[int, bool] = {}
    for change in changes:
        if change.kind in (added_by, "removed"):
            live[change.version_id] = change.kind == added_by
    added = tuple(version_id for version_id, is_live in live.items() if is_live)
    return ChangeSet(changes[-1].revision if changes else 0, frozenset(live), added)


def is_history_fork(database: ChangeSource, collection: Collection, revision: int) -> bool:
    """Whether an index at `revision` followed changes that no longer exist: the database was replaced by an
    older copy of itself. An index that another process has just brought further than `collection` is no fork.
    """
    return revision > collection.revision and not database.changes(collection.id, revision - 1)


class IndexState(Protocol):
    """What an index has reached: immutable, so that searches go on with the state they began with."""

    @property
    def revision(self) -> int:
        """The revision up to which the index is known to be complete."""

    def covers(self, collection: Collection) -> bool:
        """Whether a search of `collection` may use this state."""

    def at(self, revision: int) -> Self:
        """This state, with the knowledge that it is complete up to `revision`."""


State = TypeVar("State", bound=IndexState)


class ChangeLogFollower(ABC, Generic[State]):
    """An index that follows one collection's change log. Any number of threads search while one catches up.

    Subclasses say where to start (`_open_state`) and how to apply a change set (`_applied`).
    """

    added_by: AddedBy
    changes_per_set: ClassVar[int] = sys.maxsize
    """The number of changes applied, and committed, at once: what is repeated after a crash."""

    def __init__(self, collection_id: int, database: ChangeSource) -> None:
        self._id = collection_id
        self._database = database
        self._catching_up = threading.Lock()
        self._state: State | None = None

    def catch_up(self, collection: Collection) -> State:
        """The state at the collection's revision or later. Reads nothing when the index is already there."""
        state = self._state
        if state is None or not state.covers(collection):
            with self._catching_up:
                state = self._state
                if state is None or not state.covers(collection):
                    state = self._state = self._caught_up(collection)
        return state

    def _caught_up(self, collection: Collection) -> State:
        return self._followed(self._open_state(collection), collection)

    def _followed(self, state: State, collection: Collection) -> State:
        """`state` with every later change of the log applied, including those that are logged meanwhile."""
        seen = state.revision
        while changes := self._database.changes(self._id, seen):
            for start in range(0, len(changes), self.changes_per_set):
                part = changes[start : start + self.changes_per_set]
                state = self._applied(state, change_set(part, self.added_by), collection)
            seen = changes[-1].revision
        return state.at(max(state.revision, seen, collection.revision))

    @abstractmethod
    def _open_state(self, collection: Collection) -> State:
        """The state to continue from. Builds the index when there is none, or it cannot be used."""

    @abstractmethod
    def _applied(self, state: State, changes: ChangeSet, collection: Collection) -> State:
        """`state` with `changes` applied, which may have been applied before, here or by another process."""
