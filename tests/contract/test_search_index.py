"""The contract of search indexes, for the local files and for Qdrant."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
import xxhash

from ragapp.indexes.change_log import ChangeSource
from ragapp.indexes.local.index import LocalIndex
from ragapp.indexes.qdrant.client import QdrantSettings
from ragapp.indexes.qdrant.index import QdrantIndex
from ragapp.protocols import SearchIndex
from ragapp.testing.search_index import OpenAt, SearchIndexContract
from tests.qdrantserver import Node


def open_local(folder: Path, database: ChangeSource) -> SearchIndex:
    return LocalIndex(folder / "views", database)


def open_qdrant(url: str, folder: Path, database: ChangeSource) -> SearchIndex:
    prefix = f"test{xxhash.xxh3_64_hexdigest(bytes(folder))}"
    return QdrantIndex(QdrantSettings((url,), prefix=prefix, shards=1), database)


class TestLocalIndex(SearchIndexContract):
    @pytest.fixture
    def open_at(self) -> OpenAt:
        return open_local


@pytest.mark.servers
class TestQdrant(SearchIndexContract):
    @pytest.fixture
    def open_at(self, qdrant: Node) -> OpenAt:
        return partial(open_qdrant, qdrant.url)
