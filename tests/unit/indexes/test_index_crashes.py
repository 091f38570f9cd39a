"""A process may die at any instruction: the next one finds valid indexes, or repairs them by itself."""

from __future__ import annotations

import os
import random
import resource
import shutil
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ragapp.errors import StorageError
from ragapp.files import atomic
from ragapp.indexes.local import files, keyword_index, snapshot
from ragapp.indexes.local.index import LocalIndex
from ragapp.indexes.local.tantivy_folder import TantivyFolder
from ragapp.types import Collection, IndexChange, IndexEntry, Vectors
from tests.processes import FORKED

DIMENSION, PER_VERSION = 4, 3
DIED = 9


class InMemoryDatabase:
    """A database in memory that is the same in every process: version v has chunks 10v, 10v+1, 10v+2.

    Versions are parsed and embedded in turn; each third one is removed two versions later.
    """

    def __init__(self, versions: int) -> None:
        self.log: list[IndexChange] = []
        for version in range(1, versions + 1):
            self._append(version, "parsed")
            self._append(version, "embedded")
            if version > 2 and (version - 2) % 3 == 0:
                self._append(version - 2, "removed")

    def _append(self, version: int, kind: str) -> None:
        self.log.append(IndexChange(len(self.log) + 1, version, kind))  # type: ignore[arg-type]

    @property
    def live(self) -> list[int]:
        gone = {change.version_id for change in self.log if change.kind == "removed"}
        return sorted({change.version_id for change in self.log} - gone)

    def collection(self, name: str = "shore") -> Collection:
        return Collection(1, name, "e", DIMENSION, len(self.log), datetime(2026, 1, 1, tzinfo=UTC))

    def changes(self, collection_id: int, after: int) -> list[IndexChange]:
        return self.log[after:]

    def entries(self, collection_id: int, version_ids: Iterable[int] | None = None) -> Iterator[IndexEntry]:
        for version in self._alive(version_ids):
            for key in range(10 * version, 10 * version + PER_VERSION):
                yield IndexEntry(key, version, f"heron number{key}", None)

    def vectors(
        self, collection_id: int, embedder: str, version_ids: Iterable[int] | None = None
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Vectors]]:
        for version in self._alive(version_ids):
            keys = np.arange(10 * version, 10 * version + PER_VERSION)
            vectors = np.random.default_rng(version).standard_normal((PER_VERSION, DIMENSION))
            yield keys, np.full(PER_VERSION, version), vectors.astype(np.float32)

    def _alive(self, version_ids: Iterable[int] | None) -> list[int]:
        return self.live if version_ids is None else [v for v in version_ids if v in self.live]


def _die(*_arguments: object, **_more: object) -> None:
    os._exit(DIED)


class _DiesWhileRead(InMemoryDatabase):
    """Dies after it has returned some of the entries."""

    def entries(self, collection_id: int, version_ids: Iterable[int] | None = None) -> Iterator[IndexEntry]:
        for number, entry in enumerate(super().entries(collection_id, version_ids)):
            if number == 4:
                _die()
            yield entry


def die_while_keywords_are_added(folder: Path) -> None:
    LocalIndex(folder, _DiesWhileRead(9)).catch_up(InMemoryDatabase(9).collection())


def die_between_commit_and_manifest(folder: Path) -> None:
    keyword_index.write_index_file = _die  # type: ignore[attr-defined]
    _catch_up(folder)


def die_before_the_commit(folder: Path) -> None:
    TantivyFolder.apply = _die  # type: ignore[method-assign]
    _catch_up(folder)


def die_after_the_manifest(folder: Path) -> None:
    write = files.write_index_file

    def write_and_die(path: Path, manifest: str, arrays: files.Arrays) -> None:
        write(path, manifest, arrays)
        _die()

    keyword_index.write_index_file = write_and_die  # type: ignore[attr-defined]
    _catch_up(folder)


def die_before_a_file_gets_its_name(folder: Path) -> None:
    os.fsync = _die
    _catch_up(folder)


def die_while_a_new_base_is_written(folder: Path) -> None:
    snapshot.DELTA_ROWS = 1
    index = LocalIndex(folder, InMemoryDatabase(9))
    atomic.sync_folder = _die
    index.catch_up(InMemoryDatabase(9).collection())
    index.close()


def _catch_up(folder: Path) -> None:
    LocalIndex(folder, InMemoryDatabase(9)).catch_up(InMemoryDatabase(9).collection())


def _run(target: Callable[..., None], *arguments: object) -> BaseProcess:
    process = FORKED.Process(target=target, args=arguments)
    process.start()
    return process


def _assert_whole(folder: Path, database: InMemoryDatabase) -> None:
    index = LocalIndex(folder, database)
    collection = database.collection()
    assert index.verify(collection) is None, "a crash is not damage"
    expected = {key for entry in database.live for key in range(10 * entry, 10 * entry + PER_VERSION)}
    assert {key for key, _ in index.keyword(collection, "heron", 10_000)} == expected
    found = index.dense(collection, np.ones(DIMENSION, np.float32), 10_000)
    assert sorted(key for key, _ in found) == sorted(expected)
    index.close()


@pytest.mark.parametrize("started", [0, 4], ids=["first build", "catching up"])
@pytest.mark.parametrize(
    "crash",
    [
        die_while_keywords_are_added,
        die_between_commit_and_manifest,
        die_before_the_commit,
        die_after_the_manifest,
        die_before_a_file_gets_its_name,
        die_while_a_new_base_is_written,
    ],
)
def test_a_crash_costs_only_work(tmp_path: Path, crash: Callable[[Path], None], started: int) -> None:
    if started:
        _assert_whole(tmp_path, InMemoryDatabase(started))
    process = _run(crash, tmp_path)
    process.join()
    assert process.exitcode == DIED, "the crash did not happen"
    _assert_whole(tmp_path, InMemoryDatabase(9))
    _assert_whole(tmp_path, InMemoryDatabase(12))
    assert not list(tmp_path.rglob("*.tmp"))
    assert not list(tmp_path.rglob("*.unfinished"))
    assert len(list((tmp_path / "1" / "words").iterdir())) == 1


def _catch_up_step_by_step(folder: Path, start: int, end: int) -> None:
    snapshot.DELTA_ROWS = 4
    for versions in range(start, end):
        index = LocalIndex(folder, InMemoryDatabase(versions))
        index.catch_up(InMemoryDatabase(versions).collection())
        index.close()


def test_repeated_kills_cost_only_work(tmp_path: Path) -> None:
    chance = random.Random(1)
    for round_ in range(1, 7):
        process = _run(_catch_up_step_by_step, tmp_path, 100 * round_, 100 * round_ + 99)
        process.join(0.05 + chance.random() / 2)
        process.kill()
        process.join()
        _assert_whole(tmp_path, InMemoryDatabase(100 * round_ + 99))


def test_a_new_base_ranks_as_the_old_one_with_its_delta(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = np.ones(DIMENSION, np.float32)
    index = LocalIndex(tmp_path, InMemoryDatabase(3))
    index.catch_up(InMemoryDatabase(3).collection())
    (base,) = (tmp_path / "1").glob("vectors-*.view")
    before = base.stat().st_ino
    index.close()

    index = LocalIndex(tmp_path, InMemoryDatabase(30))
    collection = InMemoryDatabase(30).collection()
    index.catch_up(collection)
    assert base.stat().st_ino == before, "a small delta needs no new base"
    ranking = index.dense(collection, query, 50)
    index.close()

    monkeypatch.setattr(snapshot, "DELTA_ROWS", 1)
    index = LocalIndex(tmp_path, InMemoryDatabase(30))
    index.catch_up(collection)
    index.close()
    assert base.stat().st_ino != before
    again = LocalIndex(tmp_path, InMemoryDatabase(30))
    assert again.dense(collection, query, 50) == ranking
    assert again.verify(collection) is None
    again.close()


def test_a_full_disk_is_reported_and_recovered_from(tmp_path: Path) -> None:
    _assert_whole(tmp_path, InMemoryDatabase(3))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    for allowed in (0, 300, 1000):
        index = LocalIndex(tmp_path, InMemoryDatabase(40))
        resource.setrlimit(resource.RLIMIT_FSIZE, (allowed, limits[1]))
        try:
            with pytest.raises(StorageError):
                index.catch_up(InMemoryDatabase(40).collection())
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        index.catch_up(InMemoryDatabase(40).collection())
        index.close()
        _assert_whole(tmp_path, InMemoryDatabase(40))
        shutil.rmtree(tmp_path / "1")


def die_in_a_rebuild(folder: Path) -> None:
    LocalIndex(folder, _DiesWhileRead(9)).rebuild(InMemoryDatabase(9).collection())


def test_the_next_change_removes_what_a_killed_rebuild_left(tmp_path: Path) -> None:
    _assert_whole(tmp_path, InMemoryDatabase(9))
    process = _run(die_in_a_rebuild, tmp_path)
    process.join()
    assert process.exitcode == DIED
    assert len(list((tmp_path / "1" / "words").iterdir())) == 2
    _assert_whole(tmp_path, InMemoryDatabase(9))
    _assert_whole(tmp_path, InMemoryDatabase(12))
    assert len(list((tmp_path / "1" / "words").iterdir())) == 1


def test_a_rebuild_on_a_full_disk_leaves_no_files(tmp_path: Path) -> None:
    _assert_whole(tmp_path, InMemoryDatabase(9))
    index = LocalIndex(tmp_path, InMemoryDatabase(9))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    for allowed in (0, 300, 1000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (allowed, limits[1]))
        try:
            with pytest.raises(StorageError):
                index.rebuild(InMemoryDatabase(9).collection())
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert len(list((tmp_path / "1" / "words").iterdir())) == 1
        assert not list(tmp_path.rglob("*.tmp"))
    index.close()
    _assert_whole(tmp_path, InMemoryDatabase(9))


def test_the_next_base_removes_graphs_that_dead_writers_left(tmp_path: Path) -> None:
    _assert_whole(tmp_path, InMemoryDatabase(9))
    (base,) = (tmp_path / "1").glob("vectors-*.view")
    left = [base.with_name(f"{base.stem}-0a{end}") for end in (".graph", ".graph.1234abcd.tmp")]
    for path in left:
        path.write_bytes(b"half")
    index = LocalIndex(tmp_path, InMemoryDatabase(9))
    index.rebuild(InMemoryDatabase(9).collection())
    index.close()
    assert not any(path.exists() for path in left)


def test_indexes_are_rebuilt_when_the_database_was_replaced_by_an_older_copy(tmp_path: Path) -> None:
    """The older copy assigns the same revisions again, to other changes."""
    _assert_whole(tmp_path, InMemoryDatabase(9))
    _assert_whole(tmp_path, InMemoryDatabase(4))
    _assert_whole(tmp_path, InMemoryDatabase(12))


def test_indexes_that_another_process_updated_are_used_as_they_are(tmp_path: Path) -> None:
    _assert_whole(tmp_path, InMemoryDatabase(9))
    manifest = (tmp_path / "1" / "words.view").stat().st_ino
    late = LocalIndex(tmp_path, InMemoryDatabase(9))
    assert late.keyword(InMemoryDatabase(4).collection(), "heron", 10_000)
    assert late.dense(InMemoryDatabase(4).collection(), np.ones(DIMENSION, np.float32), 10)
    late.close()
    assert (tmp_path / "1" / "words.view").stat().st_ino == manifest
