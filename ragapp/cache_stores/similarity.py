"""An in-memory index of questions with one bit per dimension, which finds similar ones in a millisecond.

A store adds each question's bits once and asks which entries may be near. It then fetches those
few with their full vectors and computes the cosines. So any store of bytes can be used, and 100,000
questions of 384 dimensions take 5 MB. docs/research/cache.md compares it with a search inside the server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from ragapp.types import CacheEntry, Vectors

Bits = NDArray[np.uint64]
Compare = Callable[[list[str]], Mapping[str, tuple[CacheEntry, float]]]
"""Fetches the live ones of the entries, by id, with the cosines of their questions."""

_Place = tuple[str, int]
"""(partition, length of the bits in words): bits of different lengths are never compared."""

_FIRST_ROOM = 64
_ROUNDS = 10
"""How often a look-up repeats when entries are gone. After a clear by another process all of them are."""

_LARGEST_COSINE = 1.001
"""The largest cosine of unit vectors in single precision."""


def sign_bits(vector: Vectors) -> Bits:
    """The signs of a vector, shape (dimension,), as bits padded to 64-bit words, shape (words,)."""
    packed = np.packbits(vector > 0)
    return np.pad(packed, (0, -len(packed) % 8)).view(np.uint64)


def cosine(vector_bytes: bytes, vector: Vectors) -> float | None:
    """The cosine with a stored unit vector of little-endian floats; None if it does not fit."""
    if len(vector_bytes) != 4 * len(vector):
        return None
    found = float(np.frombuffer(vector_bytes, "<f4") @ vector)
    return found if abs(found) <= _LARGEST_COSINE else None  # which no NaN is


class SimilarityIndex:
    """The bits of the last `room` questions, by partition. Not thread-safe: the store locks."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._partitions: dict[_Place, _Partition] = {}
        self._places: dict[str, _Place] = {}

    def put(self, partition: str, entry_id: str, vector_bytes: bytes) -> None:
        """Adds a question, given the bytes of its sign bits. It replaces one with the same entry id."""
        self.drop([entry_id])
        bits = np.frombuffer(vector_bytes[: len(vector_bytes) // 8 * 8], np.uint64)
        place = partition, len(bits)
        self._places[entry_id] = place
        self._partitions.setdefault(place, _Partition(len(bits))).add(entry_id, bits)
        if len(self._places) > self._room:
            self.drop([next(iter(self._places))])

    def drop(self, entry_ids: Iterable[str]) -> None:
        for entry_id in entry_ids:
            place = self._places.pop(entry_id, None)
            if place is not None and not self._partitions[place].drop(entry_id):
                del self._partitions[place]

    def similar(
        self, partition: str, vector: Vectors, k: int, compare: Compare
    ) -> list[tuple[CacheEntry, float]]:
        """The `k` most similar live entries, best first; fewer when too many others were as near."""
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
        """The ids of the `k` questions that differ in the fewest bits, in arbitrary order."""
        one = self._partitions.get((partition, len(bits)))
        return one.nearest(bits, k) if one else []


class _Partition:
    """A partition: entry ids and a column of bits for each, with room to grow."""

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
        """Moves the last entry to its place. Returns how many are left."""
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
