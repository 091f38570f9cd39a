"""The questions of a cache store in memory, as one bit a dimension: what finds similar ones in a millisecond.

A store hands over each question's bits once and asks here which entries may be near. It then fetches those
few with their whole vectors and computes the cosines. So any store that keeps bytes will do, and 100,000
questions of 384 dimensions take 5 MB. docs/cache.md compares it with a search inside the server.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ragapp.types import Vectors

Bits = NDArray[np.uint64]

_FIRST_ROOM = 64


def sign_bits(vector: Vectors) -> Bits:
    """The signs of a vector of shape (dimension,) as bits, padded to words of 64: shape (words,)."""
    packed = np.packbits(vector > 0)
    return np.pad(packed, (0, -len(packed) % 8)).view(np.uint64)


class Mirror:
    """Question bits by partition. Not safe for threads: its store locks."""

    def __init__(self) -> None:
        self._shelves: dict[str, _Shelf] = {}
        self._partitions: dict[str, str] = {}

    def put(self, partition: str, entry_id: str, bits: Bits) -> None:
        """Adds a question, in place of one with the same entry id."""
        self.drop([entry_id])
        self._partitions[entry_id] = partition
        self._shelves.setdefault(partition, _Shelf(len(bits))).add(entry_id, bits)

    def drop(self, entry_ids: Iterable[str]) -> None:
        for entry_id in entry_ids:
            partition = self._partitions.pop(entry_id, None)
            if partition is not None:
                self._shelves[partition].drop(entry_id)

    def nearest(self, partition: str, bits: Bits, k: int) -> list[str]:
        """The ids of the `k` questions that differ in the fewest bits, in no particular order."""
        shelf = self._shelves.get(partition)
        return shelf.nearest(bits, k) if shelf else []

    def clear(self) -> None:
        self._shelves.clear()
        self._partitions.clear()


class _Shelf:
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

    def drop(self, entry_id: str) -> None:
        """The last one takes its place."""
        place, last = self._places.pop(entry_id), self._ids.pop()
        if last != entry_id:
            self._ids[place] = last
            self._places[last] = place
            self._bits[:, place] = self._bits[:, len(self._ids)]

    def nearest(self, bits: Bits, k: int) -> list[str]:
        count = len(self._ids)
        if count <= k:
            return list(self._ids)
        distances = np.zeros(count, np.uint16)
        for row, word in zip(self._bits[:, :count], bits, strict=True):
            distances += np.bitwise_count(row ^ word)
        return [self._ids[place] for place in np.argpartition(distances, k)[:k]]
