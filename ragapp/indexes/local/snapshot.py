"""The vector view at one revision: a mapped base, what has died in it, and a tail of what came later."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ragapp.indexes.change_set import ChangeSet
from ragapp.indexes.local.hnsw import GRAPH_ROWS, HnswGraph
from ragapp.indexes.local.rows import Bitmap, Rows, bitmap, gather
from ragapp.indexes.ranking import Candidates, best
from ragapp.types import Ranking, Vectors

DELTA_ROWS = 1024
"""A tail this long costs a starting process a few milliseconds to replay, so it needs no new base."""
DELTA_SHARE = 0.25
"""Part of the base that may be tail or dead before a new base pays for the writing of it."""
LONGEST_DELTA = 32_768
"""The tail is scanned: 3 ms. That many new rows pay for a new base of any size."""
NARROW_ROWS = 20_000
NARROW_SHARE = 0.05
"""A filter that leaves no more rows than this, or no larger part of the base, is answered exactly."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Immutable: readers keep the one they began with while newer ones replace it."""

    revision: int
    base: Rows
    dead: frozenset[int]
    """Versions of the base that may not be found any more."""
    dead_rows: int
    alive: Bitmap
    """The rows of the base that are left."""
    tail: Rows
    graph: HnswGraph | None = None
    """Of the base, where it is large and its graph is built."""

    @classmethod
    def fresh(cls, revision: int, base: Rows, graph: HnswGraph | None) -> Snapshot:
        """A snapshot of a base alone, which holds what was live at `revision`."""
        return cls(revision, base, frozenset(), 0, _every(base), gather((), base.vectors.shape[1]), graph)

    def replayed(self, gap: ChangeSet, added: Rows) -> Snapshot:
        """The next snapshot. `added` are the rows of the versions that the gap adds."""
        tail = _joined(self.tail.only(~self.tail.of(gap.touched)), added)
        died = self.base.held(gap.touched - self.dead)
        if not died:
            return replace(self, revision=gap.revision, tail=tail)
        dead = self.dead | died
        gone = self.base.of(dead)
        return Snapshot(gap.revision, self.base, dead, int(gone.sum()), bitmap(~gone), tail, self.graph)

    def search(self, vector: Vectors, k: int, within: AbstractSet[int] | None) -> Ranking:
        """The `k` live rows with the largest inner product, ties by key."""
        search_base = self._in_base(within)
        in_tail = _every(self.tail) if within is None else bitmap(self.tail.of(within))

        def candidates(n: int) -> Candidates:
            base_keys, base_scores = search_base(vector, n)
            tail_keys, tail_scores = self.tail.search(vector, n, in_tail)
            return np.concatenate((base_keys, tail_keys)), np.concatenate((base_scores, tail_scores))

        return best(k, len(self.base) + len(self.tail), candidates)

    def live(self) -> Rows:
        """Everything that can be found, as one block."""
        return _joined(self.base.only(~self.base.of(self.dead)), self.tail)

    @property
    def outgrown(self) -> bool:
        """Whether tail and dead rows have become worth a new base."""
        bearable = max(DELTA_ROWS, DELTA_SHARE * len(self.base))
        return len(self.tail) > LONGEST_DELTA or len(self.tail) + self.dead_rows > bearable

    @property
    def lacks_graph(self) -> bool:
        return self.graph is None and len(self.base) >= GRAPH_ROWS

    def _in_base(self, within: AbstractSet[int] | None) -> Callable[[Vectors, int], Candidates]:
        """How the base is searched: exactly, or by its graph where that is quicker."""
        if within is None:
            return partial(self._search_many, self.alive, len(self.base) - self.dead_rows)
        places = self.base.places(within - self.dead)
        if len(places) <= max(NARROW_ROWS, NARROW_SHARE * len(self.base)):
            return lambda vector, n: self.base.search_among(vector, n, places)
        mask = np.zeros(len(self.base), np.bool_)
        mask[places] = True
        return partial(self._search_many, bitmap(mask), len(places))

    def _search_many(self, allowed: Bitmap, count: int, vector: Vectors, n: int) -> Candidates:
        """`count` rows are `allowed`. What the graph does not find enough of is looked for exactly."""
        if self.graph is not None and count:
            places = self.graph.search(vector, n, allowed, count / len(self.base))
            if len(places) >= min(n, count):
                return self.base.search_among(vector, n, places)
        return self.base.search(vector, n, allowed)


def _every(rows: Rows) -> Bitmap:
    return bitmap(np.ones(len(rows), np.bool_))


def _joined(one: Rows, other: Rows) -> Rows:
    batches = [(rows.keys, rows.versions, rows.vectors) for rows in (one, other)]
    return gather(batches, one.vectors.shape[1])
