"""Laying the truth and a view side by side, point by point, in the order of their keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from qdrant_client import models


@dataclass(frozen=True, slots=True)
class Difference:
    """`live` is what the truth has and the view should; None when the view alone has that chunk."""

    key: int
    live: models.PointStruct | None
    held: models.Record | None


@dataclass(slots=True)
class Tally:
    """Counts differences by what they are."""

    missing: int = 0
    stale: int = 0
    wrong: int = 0

    @classmethod
    def of(cls, found: Iterable[Difference]) -> Tally:
        tally = cls()
        for one in found:
            if one.held is None:
                tally.missing += 1
            elif one.live is None:
                tally.stale += 1
            else:
                tally.wrong += 1
        return tally

    def told(self, view: str) -> str | None:
        """For people; None when there was none."""
        if not (self.missing or self.stale or self.wrong):
            return None
        return (
            f"the {view} on Qdrant lacks {self.missing} live chunks, holds {self.stale} that are not live "
            f"and {self.wrong} otherwise than the store; `ragapp doctor --repair` mends it"
        )


def differences(live: Iterable[models.PointStruct], held: Iterable[models.Record]) -> Iterator[Difference]:
    """Both by key, ascending. Reads both once, and holds one point of each."""
    ours, theirs = iter(live), iter(held)
    point, record = next(ours, None), next(theirs, None)
    while point is not None or record is not None:
        if record is None or (point is not None and _key(point) < _key(record)):
            assert point is not None
            yield Difference(_key(point), point, None)
            point = next(ours, None)
        elif point is None or _key(record) < _key(point):
            yield Difference(_key(record), None, record)
            record = next(theirs, None)
        else:
            if not _alike(point, record):
                yield Difference(_key(point), point, record)
            point, record = next(ours, None), next(theirs, None)


def _key(point: models.PointStruct | models.Record) -> int:
    return int(point.id)


def _alike(point: models.PointStruct, record: models.Record) -> bool:
    """Records that were read without vectors are compared without them."""
    if point.payload != record.payload:
        return False
    if record.vector is None:
        return True
    ours, theirs = _numbers(point.vector), _numbers(record.vector)
    return all(np.array_equal(one, other) for one, other in zip(ours, theirs, strict=True))


def _numbers(vectors: object) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """(terms, values) of a point's one vector, terms ascending; a dense one has no terms.

    As arrays, since JSON may write a number of 32 bits as any of several decimals.
    """
    none = np.empty(0, np.uint32)
    vector: object = next(iter(vectors.values()), []) if isinstance(vectors, dict) else []
    if not isinstance(vector, models.SparseVector):
        return none, np.array(vector, np.float32)
    order = np.argsort(vector.indices)
    return np.array(vector.indices, np.uint32)[order], np.array(vector.values, np.float32)[order]
