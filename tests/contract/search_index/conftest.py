"""Each index over the real store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ragapp.indexes.change_log import ChangeSource
from ragapp.protocols import SearchIndex
from tests.contract.library import DIMENSION, EMBEDDER, NAME, Library
from tests.contract.search_index.library import OpenIndex, Where


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library.at(tmp_path)
    library.store.create_collection(NAME, EMBEDDER, DIMENSION)
    yield library
    library.store.close()


@pytest.fixture(params=["files", pytest.param("qdrant", marks=pytest.mark.servers)])
def where(request: pytest.FixtureRequest) -> Where:
    return Where(request.getfixturevalue("qdrant").url if request.param == "qdrant" else None)


@pytest.fixture
def open_index(where: Where, tmp_path: Path, library: Library) -> Iterator[OpenIndex]:
    """Opens one more index over the same files or points, as another process or a restart would."""
    opened: list[SearchIndex] = []

    def opening(database: ChangeSource | None = None) -> SearchIndex:
        opened.append(where.open(tmp_path, database or library.store))
        return opened[-1]

    yield opening
    for index in opened:
        index.close()


@pytest.fixture
def index(open_index: OpenIndex) -> SearchIndex:
    return open_index()
