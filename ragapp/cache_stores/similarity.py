"""The questions of a cache store in memory, as one bit a dimension: what finds similar ones in a millisecond.

A store hands over each question's bits once and asks here which entries may be near. It then fetches those
few with their whole vectors and computes the cosines. So any store that keeps bytes will do, and 100,000
questions of 384 dimensions take 5 MB. docs/cache.md compares it with a search inside the server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from ragapp.types import CacheEntry, Vectors

Bits = NDArray[np.uint64]
Compare = Callable[[list[str]], Mapping[str, tuple[CacheEntry, float]]]
"""Fetches those of the entries that live, by id, with the cosines of their questions."""

_Place = tuple[str, int]
"""A partition and how many words its bits have: those of another length are never compared."""

_FIRST_ROOM = 64
_ROUNDS = 10
"""How often a look-up that meets entries which are gone looks on. After a clear elsewhere all of them are."""

_LARGEST_COSINE = 1.001
"""Of unit vectors in single precision."""


def sign_bits(vector: Vectors) -> Bits:
    """The signs of a vector of shape (dimension,) as bits, padded to words of 64: shape (words,)."""
    packed = np.packbits(vector > 0)
    return np.pad(packed, (0, -len(packed) % 8)).view(np.uint64)


def cosine(kept: bytes, vector: Vectors) -> float | None:
    """Of a unit vector that was kept as little-endian floats; None when it is damaged or of another model."""
    if len(kept) != 4 * len(vector):
        return None
    found = float(np.frombuffer(kept, "<f4") @ vector)
    return found if abs(found) <= _LARGEST_COSINE else None  # which no NaN is


class SimilarityIndex:
    """Question bits by partition, of the `room` put last. Not safe for threads: its store locks."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._shelves: dict[_Place, _Partition] = {}
        self._places: dict[str, _Place] = {}

    def put(self, partition: str, entry_id: str, kept: bytes) -> None:
        """Adds a question by the bytes of its bits, in place of one with the same entry id."""
        self.drop([entry_id])
        bits = np.frombuffer(kept[: len(kept) // 8 * 8], np.uint64)
        place = partition, len(bits)
        self._places[entry_id] = place
        self._shelves.setdefault(place, _Partition(len(bits))).add(entry_id, bits)
        if len(self._places) > self._room:
            self.drop([next(iter(self._places))])

    def drop(self, entry_ids: Iterable[str]) -> None:
        for entry_id in entry_ids:
            place = self._places.pop(entry_id, None)
            if place is not None and not self._shelves[place].drop(entry_id):
                del self._shelves[place]

    def similar(
        self, partition: str, vector: Vectors, k: int, compare: Compare
    ) -> list[tuple[CacheEntry, float]]:
        """The `k` most similar that live, best first; fewer when too many others were as near."""
        bits = sign_bits(vector)
        found: Mapping[str, tuple[CacheEntry, float]] = {}
        for _ in range(_ROUNDS):
            wanted = self.nearest(partition, bits, k)
            found = compare(wanted) if wanted else {}
            if len(found) == len(wanted):
                break
            self.drop(set(wanted) - found.keys())  # expired, evicted, removed elsewhere or damaged
        return sorted(found.values(), key=lambda one: -one[1])

    def nearest(self, partition: str, bits: Bits, k: int) -> list[str]:
        """The ids of the `k` questions that differ in the fewest bits, in no particular order."""
        shelf = self._shelves.get((partition, len(bits)))
        return shelf.nearest(bits, k) if shelf else []


class _Partition:
    """One partition: entry ids, and a column of bits for each, with room to grow."""

    def __init__(self, words: int) -> None:
        self._ids: list[str] = []
        self._places: dict[str, int] = {}
        self._bits = np.zeros((words, _FIRST_ROOM), np.uint64)

    def add(self, entry_id: str, bits: Bits) -> None:
        place = len(self._ids)
        if place == self._bits.shape[1]:
            self._bits = np.concatenate([self._bits, np.zeros_like(self._bits)], axis=1)
        self._bits[:, place] = bits
        self._ids.append(entry_id)
        self._places[entry_id] = place

    def drop(self, entry_id: str) -> int:
        """The last one takes its place. Returns how many are left."""
        place, last = self._places.pop(entry_id), self._ids.pop()
        if last != entry_id:
            self._ids[place] = last
            self._places[last] = place
            self._bits[:, place] = self._bits[:, len(self._ids)]
        return len(self._ids)

    def nearest(self, bits: Bits, k: int) -> list[str]:
        count = len(self._ids)
        if count <= k:
            return list(self._ids)
        distances = np.zeros(count, np.uint16)
        for row, word in zip(self._bits[:, :count], bits, strict=True):
            distances += np.bitwise_count(row ^ word)
        return [self._ids[place] for place in np.argpartition(distances, k)[:k]]
