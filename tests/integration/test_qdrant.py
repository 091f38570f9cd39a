"""Indexes on a real Qdrant node: fed by several at once, damaged, removed, and repaired from the database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import xxhash
from qdrant_client import QdrantClient, models

from ragapp.bootstrap import build_service
from ragapp.errors import StorageError, UsageError
from ragapp.indexes.qdrant.client import QdrantSettings
from ragapp.indexes.qdrant.index import QdrantIndex
from ragapp.indexes.qdrant.points import Points
from ragapp.settings import Settings
from ragapp.store.sql_store import SqlStore
from ragapp.testing.library import DIMENSION, EAST, EMBEDDER, NAME, Library
from ragapp.types import Collection, IndexChange, IndexEntry, SearchQuery, Vectors
from tests.qdrantserver import Node


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library.at(tmp_path)
    library.store.create_collection(NAME, EMBEDDER, DIMENSION)
    for number in range(6):
        library.add(f"{number}", [f"heron {number}", f"tide {number}"])
    yield library
    library.store.close()


def prefix_in(folder: Path) -> str:
    return f"test{xxhash.xxh3_64_hexdigest(bytes(folder))}"


@pytest.fixture
def prefix(tmp_path: Path) -> str:
    return prefix_in(tmp_path)


@pytest.fixture
def client(qdrant: Node) -> Iterator[QdrantClient]:
    client = QdrantClient(url=qdrant.url, check_compatibility=False)
    yield client
    client.close()


@pytest.fixture
def open_index(qdrant: Node, prefix: str, library: Library) -> Iterator[Callable[..., QdrantIndex]]:
    opened = []

    def opening(database: SqlStore | Interrupting | None = None) -> QdrantIndex:
        opened.append(QdrantIndex(QdrantSettings((qdrant.url,), prefix=prefix), database or library.store))
        return opened[-1]

    yield opening
    for index in opened:
        index.close()


def names(client: QdrantClient, prefix: str) -> dict[str, str]:
    ours = [one.name for one in client.get_collections().collections if one.name.startswith(f"{prefix}-")]
    return {"words" if "-words" in name else "vectors": name for name in ours}


@dataclass
class Interrupting:
    """The database; `happens` is called once, between reading entries and returning them."""

    store: SqlStore
    happens: Callable[[], None]
    left: list[int] = field(default_factory=lambda: [1])

    def collection(self, name: str) -> Collection:
        return self.store.collection(name)

    def changes(self, collection_id: int, after: int) -> list[IndexChange]:
        return self.store.changes(collection_id, after)

    def entries(self, collection_id: int, version_ids: Iterable[int] | None = None) -> Iterator[IndexEntry]:
        read = list(self.store.entries(collection_id, version_ids))
        if self.left:
            self.left.clear()
            self.happens()
        return iter(read)

    def vectors(
        self, collection_id: int, embedder: str, version_ids: Iterable[int] | None = None
    ) -> Iterator[tuple[np.ndarray, np.ndarray, Vectors]]:
        return self.store.vectors(collection_id, embedder, version_ids)


def test_several_threads_feed_at_once(library: Library, open_index: Callable[..., QdrantIndex]) -> None:
    indexes = [open_index() for _ in range(4)]
    for number in range(6, 12):
        library.add(f"{number}", [f"heron {number}"])
        library.delete(f"{number - 6}")
        collection = library.collection
        feeders = [threading.Thread(target=index.catch_up, args=(collection,)) for index in indexes]
        for feeder in feeders:
            feeder.start()
        for feeder in feeders:
            feeder.join()
        assert {len(index.keyword(collection, "heron", 99)) for index in indexes} == {6}
    assert indexes[0].verify(library.collection) is None


def test_a_slow_feeder_removes_again_what_it_wrote_too_late(
    library: Library, open_index: Callable[..., QdrantIndex]
) -> None:
    quick = open_index()

    def deleted_and_fed_by_another() -> None:
        library.delete("2")
        quick.catch_up(library.collection)

    slow = open_index(Interrupting(library.store, deleted_and_fed_by_another))
    slow.catch_up(library.collection)
    assert quick.verify(library.collection) is None


def test_a_feeder_that_dies_before_it_moves_the_position_does_no_harm(
    library: Library, open_index: Callable[..., QdrantIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(self: Points, revision: int) -> None:
        raise StorageError("the process died here")

    with monkeypatch.context() as patch:
        patch.setattr(Points, "set_position", dies)
        with pytest.raises(StorageError):
            open_index().catch_up(library.collection)
    library.delete("1")
    index = open_index()
    assert len(index.keyword(library.collection, "heron", 99)) == 5
    assert index.verify(library.collection) is None


def test_points_that_differ_from_the_database_are_reported_and_repaired(
    library: Library, open_index: Callable[..., QdrantIndex], client: QdrantClient, prefix: str
) -> None:
    index = open_index()
    index.catch_up(library.collection)
    expected = index.dense(library.collection, EAST, 99)
    vectors = names(client, prefix)["vectors"]
    keys = sorted(key for key, _ in expected)
    odd = {"dense": [1.0] * DIMENSION}
    client.delete(vectors, models.PointIdsList(points=[keys[0]]))
    client.upsert(vectors, [models.PointStruct(id=keys[1], vector=odd, payload={"version": 1})])
    client.upsert(vectors, [models.PointStruct(id=10**6, vector=odd, payload={"version": 10**6})])
    found = index.verify(library.collection)
    assert found is not None
    assert "lacks 1 live chunks and holds 1 that are not live and 1 that differ" in found
    index.rebuild(library.collection)
    assert index.verify(library.collection) is None
    assert index.dense(library.collection, EAST, 99) == expected


def test_keywords_that_differ_are_reported_and_repaired(
    library: Library, open_index: Callable[..., QdrantIndex], client: QdrantClient, prefix: str
) -> None:
    index = open_index()
    key, score = index.keyword(library.collection, "heron", 1)[0]
    other = {"words": models.SparseVector(indices=[7], values=[1.0])}
    words = names(client, prefix)["words"]
    (held,) = client.retrieve(words, [key])
    client.upsert(words, [models.PointStruct(id=key, vector=other, payload=held.payload)])
    assert "1 that differ from the database" in (index.verify(library.collection) or "")
    index.rebuild(library.collection)
    assert index.keyword(library.collection, "heron", 1) == ((key, score),)


def test_indexes_that_were_removed_come_back(
    library: Library, open_index: Callable[..., QdrantIndex], client: QdrantClient, prefix: str
) -> None:
    index = open_index()
    before = index.keyword(library.collection, "heron", 99), index.dense(library.collection, EAST, 99)
    for name in names(client, prefix).values():
        client.delete_collection(name)
    after = index.keyword(library.collection, "heron", 99), index.dense(library.collection, EAST, 99)
    assert after == before


def test_the_service_searches_there_and_its_doctor_removes_what_was_left_behind(
    library: Library, qdrant: Node, tmp_path: Path, client: QdrantClient
) -> None:
    prefix = prefix_in(tmp_path)
    library.store.close()
    settings = Settings(
        data_dir=tmp_path,
        models_dir=tmp_path / "models",
        generator="extractive",
        index=f"qdrant:{qdrant.url}",
        qdrant_prefix=prefix,
    )
    service = build_service(settings)
    assert len(service.search(SearchQuery("heron", collection=NAME, k=9, mode="words")).hits) == 6
    client.create_collection(f"{prefix}-77-0123456789abcdef-words1", vectors_config={})
    name = "there are no indexes of deleted collections"
    assert [check.ok for check in service.doctor().checks if check.name == name] == [False]
    assert [check.ok for check in service.doctor(repair=True).checks if check.name == name] == [True]
    service.delete_collection(NAME)
    assert names(client, prefix) == {}
    service.close()


def test_an_unknown_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="qdrant:http://node1"):
        build_service(Settings(data_dir=tmp_path, index="elastic"))
