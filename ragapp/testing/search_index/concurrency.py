"""Threads and processes search while one writes."""

from __future__ import annotations

import multiprocessing
import threading
import time
from pathlib import Path

from ragapp.protocols import SearchIndex
from ragapp.testing.library import EAST, Library
from ragapp.testing.search_index.fixtures import IndexFixtures, OpenAt

_PROCESSES = multiprocessing.get_context("forkserver")


def _other_process(open_at: OpenAt, folder: Path, count: int) -> None:
    library = Library.at(folder)
    index = open_at(folder, library.store)
    for number in range(count):
        library.add(f"theirs {number}", [f"their heron {number}"])
        index.catch_up(library.collection)
    index.close()
    library.store.close()


class ConcurrencyContract(IndexFixtures):
    """Threads and processes search while one writes."""

    def test_many_threads_search_while_one_catches_up(self, library: Library, index: SearchIndex) -> None:
        library.add("first", ["the first heron"])
        index.catch_up(library.collection)
        done = threading.Event()
        failures: list[BaseException] = []

        def search() -> None:
            try:
                while not done.is_set():
                    collection = library.collection
                    live = collection.revision // 2
                    assert len(index.keyword(collection, "heron", 100)) >= live
                    assert len(index.dense(collection, EAST, 100)) >= live
            except BaseException as error:  # noqa: BLE001  (reported by the main thread)
                failures.append(error)

        threads = [threading.Thread(target=search) for _ in range(3)]
        for thread in threads:
            thread.start()
        for number in range(15):
            library.add(f"{number}", [f"heron {number}"])
            index.catch_up(library.collection)
        done.set()
        for thread in threads:
            thread.join()
        assert not failures
        assert index.verify(library.collection) is None

    def test_two_processes_see_each_others_documents(
        self, library: Library, open_at: OpenAt, index: SearchIndex, tmp_path: Path
    ) -> None:
        other = _PROCESSES.Process(target=_other_process, args=(open_at, tmp_path, 12))
        other.start()
        while other.is_alive():
            collection = library.collection
            live = collection.revision // 2
            assert len(index.keyword(collection, "heron", 100)) >= live
            assert len(index.dense(collection, EAST, 100)) >= live
            time.sleep(0.005)  # the other needs a core, too
        other.join()
        assert other.exitcode == 0
        assert len(index.keyword(library.collection, "their heron", 100)) == 12
        assert index.verify(library.collection) is None
