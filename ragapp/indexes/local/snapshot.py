"""The vector index at one revision: a mapped base, its removed versions, and a delta of what was added
later."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ragapp.indexes.change_log import ChangeSet
from ragapp.indexes.local.hnsw import GRAPH_ROWS, HnswGraph
from ragapp.indexes.local.rows import Bitmap, Rows, bitmap, gather
from ragapp.indexes.ranking import Candidates, best
from ragapp.types import Ranking, Vectors

DELTA_ROWS = 1024
"""Replaying a delta of this size takes a starting process a few milliseconds, so it needs no new base."""
DELTA_SHARE = 0.25
"""The share of delta and dead rows, compared to the base, above which a new base is worth writing."""
MAX_DELTA_ROWS = 32_768
"""Scanning a delta of this size takes 3 ms; beyond it, a new base of any size is worth writing."""
NARROW_ROWS = 20_000
NARROW_SHARE = 0.05
"""A filter that leaves no more rows, or no larger share of the base, is searched exactly."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """An immutable state of the index: searches keep the one they began with while newer ones replace it."""

    revision: int
    base: Rows
    dead: frozenset[int]
    """Versions of the base that were removed."""
    dead_rows: int
    alive: Bitmap
    """The rows of the base that may be found."""
    delta: Rows
    graph: HnswGraph | None = None
    """The graph of the base, once it is large and its graph is built."""

    @classmethod
    def fresh(cls, revision: int, base: Rows, graph: HnswGraph | None) -> Snapshot:
        """A snapshot of a base that holds what was live at `revision`, with an empty delta."""
        return cls(revision, base, frozenset(), 0, _all_rows(base), gather((), base.vectors.shape[1]), graph)

    def applied(self, changes: ChangeSet, added: Rows) -> Snapshot:
        """The snapshot after `changes`. `added` are the rows of the versions that they add."""
        delta = _joined(self.delta.only(~self.delta.of(changes.touched)), added)
        died = self.base.held(changes.touched - self.dead)
        if not died:
            return replace(self, revision=changes.revision, delta=delta)
        dead = self.dead | died
        gone = self.base.of(dead)
        return Snapshot(changes.revision, self.base, dead, int(gone.sum()), bitmap(~gone), delta, self.graph)

    def search(self, vector: Vectors, k: int, within: AbstractSet[int] | None) -> Ranking:
        """The `k` live rows with the largest inner product, ties by key."""
        search_base = self._base_search(within)
        in_delta = _all_rows(self.delta) if within is None else bitmap(self.delta.of(within))

        def candidates(n: int) -> Candidates:
            base_keys, base_scores = search_base(vector, n)
            delta_keys, delta_scores = self.delta.search(vector, n, in_delta)
            return np.concatenate((base_keys, delta_keys)), np.concatenate((base_scores, delta_scores))

        return best(k, len(self.base) + len(self.delta), candidates)

    def live(self) -> Rows:
        """Everything that can be found, as one block."""
        return _joined(self.base.only(~self.base.of(self.dead)), self.delta)

    @property
    def outgrown(self) -> bool:
        """Whether there are so many delta and dead rows that a new base is worth writing."""
        tolerated = max(DELTA_ROWS, DELTA_SHARE * len(self.base))
        return len(self.delta) > MAX_DELTA_ROWS or len(self.delta) + self.dead_rows > tolerated

    @property
    def lacks_graph(self) -> bool:
        return self.graph is None and len(self.base) >= GRAPH_ROWS

    def _base_search(self, within: AbstractSet[int] | None) -> Callable[[Vectors, int], Candidates]:
        """How to search the base: exactly, or by its graph where that is faster."""
        if within is None:
            return partial(self._search_many, self.alive, len(self.base) - self.dead_rows)
        positions = self.base.positions(within - self.dead)
        if len(positions) <= max(NARROW_ROWS, NARROW_SHARE * len(self.base)):
            return lambda vector, n: self.base.search_among(vector, n, positions)
        mask = np.zeros(len(self.base), np.bool_)
        mask[positions] = True
        return partial(self._search_many, bitmap(mask), len(positions))

    def _search_many(self, allowed: Bitmap, count: int, vector: Vectors, n: int) -> Candidates:
        """`count` rows are `allowed`. Searches exactly when the graph finds too few of them."""
        if self.graph is not None and count:
            positions = self.graph.search(vector, n, allowed, count / len(self.base))
            if len(positions) >= min(n, count):
                return self.base.search_among(vector, n, positions)
        return self.base.search(vector, n, allowed)


def _all_rows(rows: Rows) -> Bitmap:
    return bitmap(np.ones(len(rows), np.bool_))


def _joined(one: Rows, other: Rows) -> Rows:
    batches = [(rows.keys, rows.versions, rows.vectors) for rows in (one, other)]
    return gather(batches, one.vectors.shape[1])
