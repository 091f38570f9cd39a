"""Three real Qdrant nodes with two replicas of everything: one may die without effect on searches."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from ragapp.errors import ServerUnavailable, UsageError
from ragapp.indexes.qdrant.client import QdrantSettings
from ragapp.indexes.qdrant.index import QdrantIndex
from ragapp.testing.library import DIMENSION, EAST, EMBEDDER, NAME, Library
from ragapp.types import Ranking
from tests.ports import free_port
from tests.qdrantserver import Node, cluster

pytestmark = pytest.mark.servers

PATIENCE = 120.0


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library.at(tmp_path)
    library.store.create_collection(NAME, EMBEDDER, DIMENSION)
    yield library
    library.store.close()


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Node]]:
    with cluster(tmp_path_factory.mktemp("cluster"), 3) as nodes:
        yield nodes


def open_index(library: Library, nodes: list[Node], prefix: str) -> QdrantIndex:
    urls = tuple(node.url for node in nodes)
    return QdrantIndex(QdrantSettings(urls, prefix=prefix, shards=3, replicas=2), library.store)


def found(library: Library, index: QdrantIndex) -> tuple[Ranking, Ranking]:
    collection = library.collection
    return index.keyword(collection, "heron fishes", 100), index.dense(collection, EAST, 100)


@contextmanager
def reading(library: Library, index: QdrantIndex) -> Iterator[list[object]]:
    """Searches in another thread; yields the results that differ from the first ones."""
    odd: list[object] = []
    first, done = found(library, index), threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                seen = found(library, index)
            except Exception as error:  # noqa: BLE001  told to the main thread
                odd.append(error)
            else:
                odd.extend([seen] if seen != first else [])

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield odd
    finally:
        done.set()
        reader.join()


def wait_until_whole(node: Node) -> None:
    """Waits until all replicas are active."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        names = [one["name"] for one in httpx.get(f"{node.url}/collections").json()["result"]["collections"]]
        states = [httpx.get(f"{node.url}/collections/{name}/cluster").json()["result"] for name in names]
        shards = [shard for state in states for shard in state["local_shards"] + state["remote_shards"]]
        if all(shard["state"] == "Active" for shard in shards):
            return
        time.sleep(0.2)
    raise AssertionError("the cluster did not become whole again")


@pytest.mark.timeout(400)
def test_a_killed_node_does_not_affect_searches(library: Library, nodes: list[Node]) -> None:
    with (
        closing(open_index(library, nodes, "killed")) as index,
        closing(open_index(library, nodes, "killed")) as reader,
    ):
        for number in range(12):
            library.add(f"{number}", [f"heron {number} fishes", f"it fishes {number} times"])
        index.catch_up(library.collection)
        with reading(library, reader) as odd:
            nodes[0].kill()  # the one that all of them ask first
            time.sleep(3)
        assert odd == []

        library.add("fed meanwhile", ["a heron fishes while a node is down"])
        library.delete("3")
        index.catch_up(library.collection)
        expected = found(library, index)
        assert (len(expected[0]), len(expected[1])) == (23, 23)
        assert index.verify(library.collection) is None

        nodes[0].start()
        wait_until_whole(nodes[1])
        with reading(library, reader) as odd:
            nodes[1].kill()  # now the one that came back has to know what it missed
            time.sleep(3)
        assert odd == []
        assert sorted(found(library, reader)[1]) == sorted(expected[1])
        assert index.verify(library.collection) is None
        nodes[1].start()
        wait_until_whole(nodes[0])


def test_without_any_node_the_error_says_what_to_do(library: Library) -> None:
    settings = QdrantSettings((f"http://127.0.0.1:{free_port()}",))
    with (
        closing(QdrantIndex(settings, library.store)) as index,
        pytest.raises(ServerUnavailable, match="Start it"),
    ):
        index.catch_up(library.collection)


def test_an_invalid_url_is_refused(library: Library) -> None:
    with pytest.raises(UsageError, match="Example: qdrant:http"):
        QdrantIndex(QdrantSettings(("no url at all",)), library.store)
