"""Large collections are searched by a graph, which is built in the background and never trusted blindly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ragapp.indexes.local.files import read_index_file
from ragapp.indexes.local.index import LocalIndex
from ragapp.types import Collection, IndexChange, IndexEntry, Vectors

DIMENSION, PER_VERSION, VERSIONS, CENTRES = 16, 100, 210, 300


class Clustered:
    """A database of clustered unit vectors: version v has the rows 100v to 100v+99."""

    def __init__(self, versions: int = VERSIONS, gone: frozenset[int] = frozenset()) -> None:
        rng = np.random.default_rng(4)
        centres = rng.standard_normal((CENTRES, DIMENSION))[rng.integers(CENTRES, size=30_000)]
        rows = (centres + 0.6 * rng.standard_normal((30_000, DIMENSION))).astype(np.float32)
        self.rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        self.versions, self.gone = versions, gone
        log = [(version, kind) for version in range(versions) for kind in ("parsed", "embedded")]
        log += [(version, "removed") for version in sorted(gone)]
        self.log = [IndexChange(at, version, kind) for at, (version, kind) in enumerate(log, 1)]  # type: ignore[arg-type]

    def collection(self, name: str = "large") -> Collection:
        return Collection(1, name, "e", DIMENSION, len(self.log), datetime(2026, 1, 1, tzinfo=UTC))

    def changes(self, collection_id: int, after: int) -> list[IndexChange]:
        return [change for change in self.log if change.revision > after]

    def entries(self, collection_id: int, version_ids: Iterable[int] | None = None) -> Iterator[IndexEntry]:
        return iter(())

    def vectors(
        self, collection_id: int, embedder: str, version_ids: Iterable[int] | None = None
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Vectors]]:
        for version in range(self.versions) if version_ids is None else version_ids:
            if version not in self.gone:
                keys = np.arange(PER_VERSION * version, PER_VERSION * (version + 1))
                yield keys, np.full(PER_VERSION, version), self.rows[keys]

    def exact(self, query: Vectors, k: int, within: Iterable[int]) -> list[int]:
        allowed = sorted(set(within) - self.gone)
        keys = np.concatenate([np.arange(PER_VERSION * v, PER_VERSION * (v + 1)) for v in allowed])
        return [int(key) for key in keys[np.argsort(-(self.rows[keys] @ query), kind="stable")][:k]]


def opened(folder: Path, database: Clustered) -> LocalIndex:
    """Opened with its graph built: closing waits for it."""
    first = LocalIndex(folder, database)
    first.catch_up(database.collection())
    first.close()
    index = LocalIndex(folder, database)
    index.catch_up(database.collection())
    return index


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("indexes")
    opened(folder, Clustered()).close()
    return folder


def graphs(folder: Path) -> list[Path]:
    return list((folder / "1").glob("*.graph"))


def recall(index: LocalIndex, database: Clustered, within: frozenset[int] | None) -> float:
    found = 0
    for number in range(50):
        query = database.rows[-1 - number]  # not in the collection
        ranking = index.dense(database.collection(), query, 10, within)
        assert len(ranking) == 10
        everywhere = range(database.versions)
        found += len({key for key, _ in ranking} & set(database.exact(query, 10, within or everywhere)))
    return found / 500


def test_the_graph_finds_what_a_scan_finds(folder: Path) -> None:
    index, database = opened(folder, Clustered()), Clustered()
    assert len(graphs(folder)) == 1
    assert recall(index, database, None) >= 0.99
    index.close()


@pytest.mark.parametrize("versions", [1, 5, 205])
def test_filtered_searches_find_the_best_that_the_filter_allows(folder: Path, versions: int) -> None:
    index, database = opened(folder, Clustered()), Clustered()
    assert recall(index, database, frozenset(range(versions))) >= (1.0 if versions < 200 else 0.99)
    index.close()


def test_scores_equal_those_of_a_scan(folder: Path, tmp_path: Path) -> None:
    database = Clustered()
    scan, graph = LocalIndex(tmp_path, database), opened(folder, database)
    query = database.rows[-1]
    scanned = scan.dense(database.collection(), query, 10)  # before its graph is built
    assert graph.dense(database.collection(), query, 10) == scanned
    scan.close()
    graph.close()


def test_deleted_versions_are_not_found(folder: Path) -> None:
    gone = frozenset(range(0, 40, 2))
    index, database = LocalIndex(folder, Clustered(gone=gone)), Clustered(gone=gone)
    for number in range(20):
        ranking = index.dense(database.collection(), database.rows[number * 100], 10)
        assert not {key // PER_VERSION for key, _ in ranking} & gone
    assert recall(index, database, None) >= 0.99
    index.close()


@pytest.mark.slow
def test_a_new_base_has_its_graph_from_the_start(folder: Path, tmp_path: Path) -> None:
    opened(tmp_path, Clustered()).close()
    before = graphs(tmp_path)
    larger = Clustered(versions=280)
    index = LocalIndex(tmp_path, larger)
    index.catch_up(larger.collection())
    index.close()
    assert len(graphs(tmp_path)) == 1
    assert graphs(tmp_path) != before
    index = LocalIndex(tmp_path, larger)
    assert recall(index, larger, None) >= 0.99
    assert index.verify(larger.collection()) is None
    index.close()


def test_a_thousand_changed_bytes_are_all_detected(folder: Path) -> None:
    database, dice = Clustered(), np.random.default_rng(5)
    index = opened(folder, database)
    files = [path for path in (folder / "1").glob("vectors-*") if path.is_file()]
    assert {path.suffix for path in files} == {".view", ".graph"}
    sizes = np.array([path.stat().st_size for path in files])
    for position in dice.integers(sizes.sum(), size=1000):
        number = int(np.searchsorted(np.cumsum(sizes), position, "right"))
        at = int(position - (np.cumsum(sizes) - sizes)[number])
        with files[number].open("r+b") as file:
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ (1 << int(dice.integers(8)))]))
            file.flush()
            assert "damaged" in str(index.verify(database.collection()))
            file.seek(at)
            file.write(bytes([byte]))
    index.close()


def test_a_damaged_graph_is_rebuilt_and_search_is_exact_meanwhile(folder: Path) -> None:
    database = Clustered()
    (graph,) = graphs(folder)
    with graph.open("r+b") as file:
        file.seek(5000)
        file.write(b"damage")
    index = LocalIndex(folder, database)
    assert recall(index, database, None) == 1.0
    index.catch_up(database.collection())
    index.close()
    read_index_file(graph)
    index = LocalIndex(folder, database)
    assert index.verify(database.collection()) is None
    index.close()
