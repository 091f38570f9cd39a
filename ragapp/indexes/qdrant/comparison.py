"""Comparing the points on the cluster with the database, in the order of their keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from qdrant_client import models


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference in a point: `live` as in the database, `held` as in the cluster; None if it is missing
    there.
    """

    key: int
    live: models.PointStruct | None
    held: models.Record | None


@dataclass(slots=True)
class Tally:
    """Counts differences by their kind."""

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

    def described(self, index: str) -> str | None:
        """Describes the differences for people; None if there are none."""
        if not (self.missing or self.stale or self.wrong):
            return None
        return (
            f"the {index} on Qdrant lacks {self.missing} live chunks and holds {self.stale} that are not "
            f"live and {self.wrong} that differ from the database; run `ragapp doctor --repair` to repair it"
        )


def differences(live: Iterable[models.PointStruct], held: Iterable[models.Record]) -> Iterator[Difference]:
    """The differences between two sequences that are sorted by key. Keeps one point of each in memory."""
    points, records = iter(live), iter(held)
    point, record = next(points, None), next(records, None)
    while point is not None or record is not None:
        if record is None or (point is not None and _key(point) < _key(record)):
            assert point is not None
            yield Difference(_key(point), point, None)
            point = next(points, None)
        elif point is None or _key(record) < _key(point):
            yield Difference(_key(record), None, record)
            record = next(records, None)
        else:
            if not _equal(point, record):
                yield Difference(_key(point), point, record)
            point, record = next(points, None), next(records, None)


def _key(point: models.PointStruct | models.Record) -> int:
    return int(point.id)


def _equal(point: models.PointStruct, record: models.Record) -> bool:
    """Compares vectors only if the records were read with them."""
    if point.payload != record.payload:
        return False
    if record.vector is None:
        return True
    pairs = zip(_numbers(point.vector), _numbers(record.vector), strict=True)
    return all(np.array_equal(one, other) for one, other in pairs)


def _numbers(vectors: object) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """(terms, values) of a point's vector, by ascending terms; a dense vector has no terms.

    As arrays, because JSON may write a 32-bit number as any of several decimals.
    """
    none = np.empty(0, np.uint32)
    vector: object = next(iter(vectors.values()), []) if isinstance(vectors, dict) else []
    if not isinstance(vector, models.SparseVector):
        return none, np.array(vector, np.float32)
    order = np.argsort(vector.indices)
    return np.array(vector.indices, np.uint32)[order], np.array(vector.values, np.float32)[order]
