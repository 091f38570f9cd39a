"""The search indexes under contract, and searches that return texts instead of keys."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import xxhash

from ragapp.indexes.change_log import ChangeSource
from ragapp.indexes.local.index import LocalIndex
from ragapp.indexes.qdrant.client import QdrantSettings
from ragapp.indexes.qdrant.index import QdrantIndex
from ragapp.protocols import SearchIndex
from tests.contract.library import Library, embed


@dataclass(frozen=True, slots=True)
class Where:
    """An implementation, for this process and others. `qdrant_url` is None for the local one."""

    qdrant_url: str | None

    def open(self, folder: Path, database: ChangeSource) -> SearchIndex:
        if self.qdrant_url is None:
            return LocalIndex(folder / "views", database)
        prefix = f"test{xxhash.xxh3_64_hexdigest(bytes(folder))}"
        return QdrantIndex(QdrantSettings((self.qdrant_url,), prefix=prefix, shards=1), database)


class OpenIndex(Protocol):
    def __call__(self, database: ChangeSource | None = None) -> SearchIndex: ...


def words(library: Library, index: SearchIndex, query: str, k: int = 10) -> list[str]:
    return library.texts(index.keyword(library.collection, query, k))


def dense(library: Library, index: SearchIndex, text: str, k: int = 10) -> list[str]:
    return library.texts(index.dense(library.collection, embed(text), k))
