"""Rows of an array read from its file, where mapping it would be worse.

Mapped pages count as the memory of the process, and each brings its neighbours along: a hundred rows here
and there would soon have all of a large array in sight.
"""

from __future__ import annotations

import os
import weakref
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ragapp.errors import StorageError


class OpenFile:
    """Open as long as anybody holds it, also after another file has taken its name."""

    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        self.path = path
        self.descriptor = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self.descriptor)


@dataclass(frozen=True, slots=True)
class StoredRows:
    """An array of 32-bit numbers that begins at `offset`, with `width` of them in a row."""

    file: OpenFile
    offset: int
    width: int

    def rows(self, places: NDArray[np.int64]) -> NDArray[np.float32]:
        """Shape (len(places), width). Rows that follow each other are read at once. Raises StorageError."""
        found = np.empty((len(places), self.width), np.float32)
        if not len(places):
            return found
        row_bytes = self.width * found.itemsize
        buffer = memoryview(found.data).cast("B")
        starts = np.flatnonzero(np.diff(places, prepend=-2) != 1).tolist()
        for start, end in pairwise([*starts, len(places)]):
            wanted = buffer[start * row_bytes : end * row_bytes]
            begin = self.offset + int(places[start]) * row_bytes
            if os.preadv(self.file.descriptor, [wanted], begin) != len(wanted):
                raise StorageError(
                    f"{self.file.path} became shorter in use. `ragapp doctor --repair` builds it anew."
                )
        return found
