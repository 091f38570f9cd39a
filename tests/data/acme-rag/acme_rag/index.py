"""A search index in memory, which every process builds by replaying the change log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from acme_rag.models import words
from ragapp.indexes.change_log import AddedBy, ChangeLogFollower, ChangeSet, ChangeSource
from ragapp.indexes.verification import difference, when_steady
from ragapp.settings import Settings
from ragapp.types import Collection, Ranking, Vectors

Rows = Mapping[int, Any]
"""A key to its text or vector."""


@dataclass(frozen=True)
class State:
    revision: int
    embedder: str
    versions: Mapping[int, Rows]

    def covers(self, collection: Collection) -> bool:
        return self.revision >= collection.revision and self.embedder == collection.embedder

    def at(self, revision: int) -> State:
        return replace(self, revision=revision)

    def rows(self, within: AbstractSet[int] | None) -> Iterator[tuple[int, Any]]:
        for version, rows in self.versions.items():
            if within is None or version in within:
                yield from rows.items()


class Replayed(ChangeLogFollower[State]):
    def _open_state(self, collection: Collection) -> State:
        if self._state is not None and self._state.embedder == collection.embedder:
            return self._state
        return State(0, collection.embedder, {})

    def _applied(self, state: State, changes: ChangeSet, collection: Collection) -> State:
        versions = {one: rows for one, rows in state.versions.items() if one not in changes.touched}
        for version in changes.added:
            versions[version] = dict(self.read(version, collection))
        return State(changes.revision, collection.embedder, versions)

    def read(self, version: int, collection: Collection) -> Iterable[tuple[int, Any]]:
        raise NotImplementedError


class Texts(Replayed):
    added_by: AddedBy = "parsed"

    def read(self, version: int, collection: Collection) -> Iterable[tuple[int, Any]]:
        for entry in self._database.entries(self._id, [version]):
            yield entry.key, words(f"{entry.heading or ''} {entry.text}")


class Embedded(Replayed):
    added_by: AddedBy = "embedded"

    def read(self, version: int, collection: Collection) -> Iterable[tuple[int, Any]]:
        for keys, _, vectors in self._database.vectors(self._id, collection.embedder, [version]):
            yield from zip(keys.tolist(), vectors, strict=True)


class MemoryIndex:
    def __init__(self, argument: str, settings: Settings, database: ChangeSource) -> None:
        self._database = database
        self._opened: dict[int, tuple[Texts, Embedded]] = {}

    def _of(self, collection: Collection) -> tuple[Texts, Embedded]:
        made = Texts(collection.id, self._database), Embedded(collection.id, self._database)
        return self._opened.setdefault(collection.id, made)

    def catch_up(self, collection: Collection) -> None:
        for one in self._of(collection):
            one.catch_up(collection)

    def dense(
        self, collection: Collection, vector: Vectors, k: int, within: AbstractSet[int] | None = None
    ) -> Ranking:
        rows = self._of(collection)[1].catch_up(collection).rows(within)
        return best(((key, float(row @ vector)) for key, row in rows), k)

    def keyword(
        self, collection: Collection, query: str, k: int, within: AbstractSet[int] | None = None
    ) -> Ranking:
        rows = self._of(collection)[0].catch_up(collection).rows(within)
        asked = set(words(query))
        return best(((key, score) for key, row in rows if (score := float(len(asked & set(row))))), k)

    def verify(self, collection: Collection) -> str | None:
        return when_steady(self._database, collection.name, self._difference)

    def _difference(self, collection: Collection) -> str | None:
        held = [key for key, _ in self._of(collection)[0].catch_up(collection).rows(None)]
        live = [entry.key for entry in self._database.entries(collection.id)]
        return difference("index in memory", np.array(held, np.int64), np.array(live, np.int64))

    def purge(self, collection: Collection) -> str:
        return ""

    def purge_soon(self, collection: Collection) -> None:
        pass

    def rebuild(self, collection: Collection) -> None:
        self.drop(collection.id)
        self.catch_up(collection)

    def prepare(self, collection: Collection) -> None:
        pass

    def forget_others(self, collection: Collection) -> None:
        pass

    def drop(self, collection_id: int) -> None:
        self._opened.pop(collection_id, None)

    def collection_ids(self) -> frozenset[int]:
        return frozenset(self._opened)

    def close(self) -> None:
        self._opened.clear()


def best(scored: Iterable[tuple[int, float]], k: int) -> Ranking:
    return tuple(sorted(scored, key=lambda one: (-one[1], one[0]))[:k])
