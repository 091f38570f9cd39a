"""The fixtures of the suite of search indexes, and searches that return texts instead of keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar, Protocol

import pytest

from ragapp.indexes.change_log import ChangeSource
from ragapp.protocols import SearchIndex
from ragapp.testing.library import DIMENSION, EMBEDDER, NAME, Library, embed

OpenAt = Callable[[Path, ChangeSource], SearchIndex]
"""Opens an index that keeps its files in the folder, or elsewhere under a name that depends on the folder.

It is sent to other processes, so it must be a function of a module or a `functools.partial` of one.
"""


class OpenIndex(Protocol):
    def __call__(self, database: ChangeSource | None = None) -> SearchIndex: ...


class IndexFixtures:
    """Each index over a real database. Subclasses override `open_at`."""

    survives_restarts: ClassVar[bool] = True
    """Whether an index that is opened again goes on where it was. False: it reads all documents again."""

    @pytest.fixture
    def open_at(self) -> OpenAt:
        raise NotImplementedError("Override the fixture `open_at`: it returns how the index is opened.")

    @pytest.fixture
    def library(self, tmp_path: Path) -> Iterator[Library]:
        library = Library.at(tmp_path)
        library.store.create_collection(NAME, EMBEDDER, DIMENSION)
        yield library
        library.store.close()

    @pytest.fixture
    def open_index(self, open_at: OpenAt, tmp_path: Path, library: Library) -> Iterator[OpenIndex]:
        """Opens one more index over the same files or points, as another process or a restart would."""
        opened: list[SearchIndex] = []

        def opening(database: ChangeSource | None = None) -> SearchIndex:
            opened.append(open_at(tmp_path, database or library.store))
            return opened[-1]

        yield opening
        for index in opened:
            index.close()

    @pytest.fixture
    def index(self, open_index: OpenIndex) -> SearchIndex:
        return open_index()


def words(library: Library, index: SearchIndex, query: str, k: int = 10) -> list[str]:
    """The texts that a keyword search finds, best first."""
    return library.texts(index.keyword(library.collection, query, k))


def dense(library: Library, index: SearchIndex, text: str, k: int = 10) -> list[str]:
    """The texts nearest to the vector of `text`, best first."""
    return library.texts(index.dense(library.collection, embed(text), k))
