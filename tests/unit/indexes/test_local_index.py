"""The local index: its files, and that any changed byte of them is detected."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from ragapp.indexes.local.index import LocalIndex
from ragapp.indexes.local.locks import write_lock
from ragapp.indexes.ranking import vectors_name
from ragapp.service.reindexing import reindex
from ragapp.testing.library import (
    DIMENSION,
    EAST,
    EMBEDDER,
    NAME,
    HashEmbedder,
    Library,
    WatchedDatabase,
    embed,
)


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


@pytest.mark.parametrize("soon", [False, True], ids=["at once", "in the background"])
def test_purging_leaves_nothing_of_a_deleted_document_in_the_files(
    library: Library, tmp_path: Path, soon: bool
) -> None:
    library.add("a", ["Herons fish."])
    library.add("b", ["Quagga graze."])
    index, folder = LocalIndex(tmp_path / "views", library.store), tmp_path / "views"
    index.catch_up(library.collection)
    library.delete("b")
    index.catch_up(library.collection)
    assert holds_vector(folder, "Quagga graze.")
    assert chunks_in_keyword_files(folder) == 2
    if soon:
        index.purge_soon(library.collection)
    else:
        index.purge(library.collection)
    index.close()  # waits for the background
    assert not holds_vector(folder, "Quagga graze.")
    assert holds_vector(folder, "Herons fish.")
    assert chunks_in_keyword_files(folder) == 1


def holds_vector(folder: Path, text: str) -> bool:
    vector = embed(text).tobytes()
    return any(vector in path.read_bytes() for path in folder.rglob("*.view"))


def chunks_in_keyword_files(folder: Path) -> int:
    """Tantivy's files are compressed, but say how many chunks they hold, deleted ones included."""
    (meta,) = folder.rglob("meta.json")
    return sum(segment["max_doc"] for segment in json.loads(meta.read_text())["segments"])


def test_another_embedder_is_prepared_before_it_is_used_and_the_former_one_is_forgotten(
    library: Library, tmp_path: Path
) -> None:
    library.add("a", ["Herons fish."])
    database = WatchedDatabase(library.store)
    index = LocalIndex(tmp_path / "views", database)
    index.catch_up(library.collection)
    other = HashEmbedder("other", 2 * DIMENSION)
    reindex(library.store, index, NAME, other, lambda done, total: None)
    names = [path.name for path in (tmp_path / "views").rglob("vectors-*")]
    assert names
    assert all(name.startswith(vectors_name("other")) for name in names)
    read = database.documents_read
    assert len(index.dense(library.collection, other.embed_query("Herons fish."), 3)) == 1
    assert database.documents_read == read, "the search had to build the index"


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
