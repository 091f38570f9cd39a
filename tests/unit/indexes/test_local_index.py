"""The local index: its files, and that any changed byte of them is detected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from ragapp.indexes.local.index import LocalIndex
from ragapp.indexes.local.locks import write_lock
from ragapp.testing.library import DIMENSION, EAST, EMBEDDER, NAME, Library, WatchedDatabase


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library.at(tmp_path)
    library.store.create_collection(NAME, EMBEDDER, DIMENSION)
    yield library
    library.store.close()


def test_a_restart_rebuilds_nothing(library: Library, tmp_path: Path) -> None:
    library.add("a", ["Herons fish.", "Herons sleep."])
    folder = tmp_path / "views"
    LocalIndex(folder, library.store).catch_up(library.collection)
    files = {path: path.stat().st_mtime_ns for path in folder.rglob("*.view")}
    LocalIndex(folder, library.store).catch_up(library.collection)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.view")} == files != {}


def test_the_next_search_uses_what_another_process_has_built(library: Library, tmp_path: Path) -> None:
    """Without polling: each search compares its files with those on disk and with the database."""
    library.add("a", ["Herons fish."])
    database = WatchedDatabase(library.store)
    reader, writer = LocalIndex(tmp_path / "views", database), LocalIndex(tmp_path / "views", library.store)
    reader.catch_up(library.collection)
    for number in range(3):
        library.add(f"{number}", [f"Herons sleep {number}."])
        writer.rebuild(library.collection)
        read = database.documents_read
        collection = library.collection
        assert (
            len(reader.keyword(collection, "herons", 9))
            == len(reader.dense(collection, EAST, 9))
            == number + 2
        )
        assert database.documents_read == read, "it was rebuilt instead of used"


def test_a_dropped_collection_leaves_no_files(library: Library, tmp_path: Path) -> None:
    library.add("a", ["Herons fish."])
    index, collection = LocalIndex(tmp_path / "views", library.store), library.collection
    index.catch_up(collection)
    index.drop(collection.id)
    index.drop(collection.id)
    assert list((tmp_path / "views").iterdir()) == []


def test_verification_waits_for_a_writer_whose_new_base_would_remove_files(
    library: Library, tmp_path: Path
) -> None:
    library.add("a", ["Herons fish."])
    index, collection = LocalIndex(tmp_path / "views", library.store), library.collection
    index.catch_up(collection)
    found = list[str | None]()
    check = Thread(target=lambda: found.append(index.verify(collection)))
    with write_lock(tmp_path / "views" / f"{collection.id}.vectors.lock"):
        check.start()
        check.join(0.5)
        assert check.is_alive()
    check.join()
    assert found == [None]


def _files(folder: Path) -> list[Path]:
    """All files but the locks, which are empty."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)


def _change_a_byte(path: Path, rng: np.random.Generator) -> None:
    with path.open("r+b") as file:  # in place: truncating a mapped file raises a bus error
        place = int(rng.integers(path.stat().st_size))
        file.seek(place)
        changed = file.read(1)[0] ^ 1 << int(rng.integers(8))
        file.seek(place)
        file.write(bytes([changed]))


def test_a_changed_byte_in_any_file_is_detected_and_repaired(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "views"
    library.add("a", ["Herons fish.", "Herons sleep."])
    library.add("b", ["The tide turns."])
    index = LocalIndex(folder, library.store)
    index.catch_up(library.collection)
    expected = index.keyword(library.collection, "herons tide", 5), index.dense(library.collection, EAST, 5)
    seen = 0
    rng = np.random.default_rng(0)
    names = {path.suffix or path.name for path in _files(folder)}
    while names:
        path = next(path for path in _files(folder) if (path.suffix or path.name) in names)
        names.discard(path.suffix or path.name)
        _change_a_byte(path, rng)
        damaged = LocalIndex(folder, library.store)
        assert damaged.verify(library.collection), f"the change in {path.name} was not detected"
        repaired = LocalIndex(folder, library.store)
        assert repaired.keyword(library.collection, "herons tide", 5) == expected[0]
        assert repaired.dense(library.collection, EAST, 5) == expected[1]
        assert LocalIndex(folder, library.store).verify(library.collection) is None
        seen += 1
    assert seen >= 8
