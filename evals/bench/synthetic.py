"""The real chunks and vectors from which larger collections are generated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.bench.expansion import Expansion, mixed_text
from ragapp.bootstrap import IngestRuntime
from ragapp.errors import UsageError
from ragapp.protocols import Embedder
from ragapp.types import Collection, IndexChange, IndexEntry, Vectors


def sample_of(runtime: IngestRuntime, name: str) -> tuple[Vectors, list[str], Embedder]:
    """The vectors of a collection, the texts of its chunks, and its embedder.

    Raises NotFoundError, UsageError.
    """
    collection = runtime.store.collection(name)
    batches = [vectors for _, _, vectors in runtime.store.vectors(collection.id, collection.embedder)]
    texts = [entry.text for entry in runtime.store.entries(collection.id)]
    if not batches or not texts:
        raise UsageError(
            f"Collection {name!r} has no vectors yet. Ingest documents, or select another with -c."
        )
    return np.concatenate(batches), texts, runtime.embedders.of(collection)


PER_VERSION = 20
"""The number of chunks of each document."""
DRAWN = 4096
"""The number of vectors generated at once."""
BATCH = 200
"""The number of documents whose vectors are returned at once."""


@dataclass(frozen=True, slots=True)
class SyntheticTruth:
    """A generated database: chunk i has row i of the file and belongs to version i // 20; all versions are
    ready.
    """

    file: Path
    texts: Sequence[str]

    @property
    def rows(self) -> Vectors:
        """The vectors, mapped from the file, so that they are not copied to other processes."""
        return np.lib.format.open_memmap(self.file, "r")

    @property
    def versions(self) -> int:
        return -(-len(self.rows) // PER_VERSION)

    def collection(self, name: str = "bench") -> Collection:
        made, dimension = datetime(2026, 1, 1, tzinfo=UTC), self.rows.shape[1]
        return Collection(1, name, "bench", dimension, 2 * self.versions, made)

    def changes(self, _collection_id: int, after: int) -> list[IndexChange]:
        return [
            IndexChange(revision, (revision - 1) // 2, "embedded" if revision % 2 == 0 else "parsed")
            for revision in range(after + 1, 2 * self.versions + 1)
        ]

    def entries(self, _collection_id: int, version_ids: Iterable[int] | None = None) -> Iterator[IndexEntry]:
        for version in self._versions_or_all(version_ids):
            rng = np.random.default_rng(version)
            for key in self._keys(version).tolist():
                yield IndexEntry(key, version, mixed_text(self.texts, rng), None)

    def vectors(
        self, _collection_id: int, _embedder: str, version_ids: Iterable[int] | None = None
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Vectors]]:
        rows, versions = self.rows, iter(self._versions_or_all(version_ids))
        while batch := list(islice(versions, BATCH)):
            keys = np.concatenate([self._keys(version) for version in batch])
            yield keys, keys // PER_VERSION, np.array(rows[keys])

    def _versions_or_all(self, version_ids: Iterable[int] | None) -> Iterable[int]:
        return range(self.versions) if version_ids is None else version_ids

    def _keys(self, version: int) -> NDArray[np.int64]:
        return np.arange(version * PER_VERSION, min((version + 1) * PER_VERSION, len(self.rows)))


def draw_into(path: Path, expansion: Expansion, count: int) -> None:
    """Writes `count` generated vectors in numpy's format."""
    rng = np.random.default_rng(count)
    shape = (count, expansion.vectors.shape[1])
    rows = np.lib.format.open_memmap(path, "w+", np.float32, shape)
    for start in range(0, count, DRAWN):
        rows[start : start + DRAWN] = expansion.draw(min(DRAWN, count - start), rng)
    rows.flush()
