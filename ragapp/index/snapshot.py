"""The vector view at one revision: a mapped base, what has died in it, and a tail of what came later."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import numpy as np

from ragapp.index.ranking import Candidates, best
from ragapp.index.rows import Bitmap, Rows, bitmap, gather
from ragapp.index.truth import Gap
from ragapp.types import Ranking, Vectors

TAIL_ROWS = 1024
"""A tail this long costs a starting process a few milliseconds to replay, so it needs no new base."""
TAIL_SHARE = 0.25
"""Part of the base that may be tail or dead before a new base pays for the writing of it."""


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

    @classmethod
    def fresh(cls, revision: int, base: Rows) -> Snapshot:
        """A snapshot of a base alone, which holds what was live at `revision`."""
        return cls(revision, base, frozenset(), 0, _every(base), gather((), base.vectors.shape[1]))

    def replayed(self, gap: Gap, added: Rows) -> Snapshot:
        """The next snapshot. `added` are the rows of the versions that the gap adds."""
        tail = _joined(self.tail.only(~self.tail.of(gap.touched)), added)
        died = self.base.held(gap.touched - self.dead)
        if not died:
            return replace(self, revision=gap.revision, tail=tail)
        dead = self.dead | died
        gone = self.base.of(dead)
        return Snapshot(gap.revision, self.base, dead, int(gone.sum()), bitmap(~gone), tail)

    def search(self, vector: Vectors, k: int, within: AbstractSet[int] | None) -> Ranking:
        """The `k` live rows with the largest inner product, ties by key."""
        in_base, in_tail = self._allowed(within)

        def candidates(n: int) -> Candidates:
            base_keys, base_scores = self.base.search(vector, n, in_base)
            tail_keys, tail_scores = self.tail.search(vector, n, in_tail)
            return np.concatenate((base_keys, tail_keys)), np.concatenate((base_scores, tail_scores))

        return best(k, len(self.base) + len(self.tail), candidates)

    def live(self) -> Rows:
        """Everything that can be found, as one block."""
        return _joined(self.base.only(~self.base.of(self.dead)), self.tail)

    @property
    def outgrown(self) -> bool:
        """Whether tail and dead rows have become worth a new base."""
        return len(self.tail) + self.dead_rows > max(TAIL_ROWS, TAIL_SHARE * len(self.base))

    def _allowed(self, within: AbstractSet[int] | None) -> tuple[Bitmap, Bitmap]:
        """The rows of base and tail that may be found."""
        if within is None:
            return self.alive, _every(self.tail)
        return bitmap(self.base.of(within - self.dead)), bitmap(self.tail.of(within))


def _every(rows: Rows) -> Bitmap:
    return bitmap(np.ones(len(rows), np.bool_))


def _joined(one: Rows, other: Rows) -> Rows:
    batches = [(rows.keys, rows.versions, rows.vectors) for rows in (one, other)]
    return gather(batches, one.vectors.shape[1])
