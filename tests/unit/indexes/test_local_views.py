"""The views in files: what lies on the disk, and that a changed byte of it is found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from ragapp.indexes.local.index import LocalIndex
from ragapp.indexes.local.locks import writing
from tests.contract.library import DIMENSION, EAST, EMBEDDER, NAME, Library, Witness


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library.at(tmp_path)
    library.store.create_collection(NAME, EMBEDDER, DIMENSION)
    yield library
    library.store.close()


def test_a_restart_builds_nothing_again(library: Library, tmp_path: Path) -> None:
    library.add("a", ["Herons fish.", "Herons sleep."])
    views = tmp_path / "views"
    LocalIndex(views, library.store).catch_up(library.collection)
    files = {path: path.stat().st_mtime_ns for path in views.rglob("*.view")}
    LocalIndex(views, library.store).catch_up(library.collection)
    assert {path: path.stat().st_mtime_ns for path in views.rglob("*.view")} == files != {}


def test_the_next_search_takes_up_what_another_process_has_built(library: Library, tmp_path: Path) -> None:
    """No waiting, no polling: each search compares its files with those on the disk and with the truth."""
    library.add("a", ["Herons fish."])
    truth = Witness(library.store)
    reader, writer = LocalIndex(tmp_path / "views", truth), LocalIndex(tmp_path / "views", library.store)
    reader.catch_up(library.collection)
    for number in range(3):
        library.add(f"{number}", [f"Herons sleep {number}."])
        writer.rebuild(library.collection)
        read = truth.documents_read
        collection = library.collection
        assert (
            len(reader.keyword(collection, "herons", 9))
            == len(reader.dense(collection, EAST, 9))
            == number + 2
        )
        assert truth.documents_read == read, "it was built again instead of taken up"


def test_a_dropped_collection_leaves_no_files(library: Library, tmp_path: Path) -> None:
    library.add("a", ["Herons fish."])
    index, collection = LocalIndex(tmp_path / "views", library.store), library.collection
    index.catch_up(collection)
    index.drop(collection.id)
    index.drop(collection.id)
    assert list((tmp_path / "views").iterdir()) == []


def test_a_check_waits_for_the_writer_whose_new_base_would_remove_files(
    library: Library, tmp_path: Path
) -> None:
    library.add("a", ["Herons fish."])
    index, collection = LocalIndex(tmp_path / "views", library.store), library.collection
    index.catch_up(collection)
    found = list[str | None]()
    check = Thread(target=lambda: found.append(index.verify(collection)))
    with writing(tmp_path / "views" / f"{collection.id}.vectors.lock"):
        check.start()
        check.join(0.5)
        assert check.is_alive()
    check.join()
    assert found == [None]


def _files(folder: Path) -> list[Path]:
    """Everything a byte of which matters: locks are empty."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)


def _change_a_byte(path: Path, rng: np.random.Generator) -> None:
    with path.open("r+b") as file:  # in place: cutting a file that a live index has mapped is a bus error
        place = int(rng.integers(path.stat().st_size))
        file.seek(place)
        changed = file.read(1)[0] ^ 1 << int(rng.integers(8))
        file.seek(place)
        file.write(bytes([changed]))


def test_a_changed_byte_in_any_file_is_found_and_mended(library: Library, tmp_path: Path) -> None:
    views = tmp_path / "views"
    library.add("a", ["Herons fish.", "Herons sleep."])
    library.add("b", ["The tide turns."])
    index = LocalIndex(views, library.store)
    index.catch_up(library.collection)
    expected = index.keyword(library.collection, "herons tide", 5), index.dense(library.collection, EAST, 5)
    seen = 0
    rng = np.random.default_rng(0)
    names = {path.suffix or path.name for path in _files(views)}
    while names:
        path = next(path for path in _files(views) if (path.suffix or path.name) in names)
        names.discard(path.suffix or path.name)
        _change_a_byte(path, rng)
        damaged = LocalIndex(views, library.store)
        assert damaged.verify(library.collection), f"the change in {path.name} went unseen"
        mended = LocalIndex(views, library.store)
        assert mended.keyword(library.collection, "herons tide", 5) == expected[0]
        assert mended.dense(library.collection, EAST, 5) == expected[1]
        assert LocalIndex(views, library.store).verify(library.collection) is None
        seen += 1
    assert seen >= 8
