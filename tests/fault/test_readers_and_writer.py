"""Processes search while one writes: each search sees one edition, and memory does not grow."""

from __future__ import annotations

import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from ragapp.testing.soak import repeats
from tests.fault.library import NAME, SIZE, HashEmbedder, Library

READERS = repeats(3, 8)
SECONDS = repeats(3, 300)
PATIENCE = 120.0
"""Seconds to wait for a second edition on a busy machine."""
PARTS = 5
MAY_GROW_MIB = 32.0
"""From a third of the time on, when caches are full."""


def text_of(edition: int) -> str:
    """`PARTS` chunks that all name the edition."""
    return "".join(f"{edition:08d} {part:02d}".ljust(SIZE) for part in range(PARTS))


def resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def read(folder: Path, seconds: float) -> tuple[int, int, float]:
    """The searches, the editions seen, and the growth in MiB after a third of the time."""
    library, editions, searches, early = Library(folder), set[int](), 0, resident_mib()
    start = time.monotonic()
    later = start + seconds / 3
    while (now := time.monotonic()) < start + seconds or (len(editions) < 2 and now < start + PATIENCE):
        collection = library.collection
        library.index.catch_up(collection)
        vector = HashEmbedder(collection.embedder).embed_query("anything")
        found = library.store.hits(collection.id, library.index.dense(collection, vector, 100))
        seen = {int(hit.text.split()[0]) for hit in found}
        # Between the index and the join a newer edition may come: then nothing of the old one is shown.
        assert len(seen) <= 1, f"a search mixed editions {seen}"
        assert len(found) in (0, PARTS), f"a search saw {len(found)} parts of an edition"
        assert not seen or not editions or min(seen) >= max(editions), "a search went back in time"
        editions |= seen
        searches += 1
        if now < later:
            early = resident_mib()
    grown = resident_mib() - early
    library.close()
    return searches, len(editions), grown


@pytest.mark.timeout(300 + 2 * SECONDS)
def test_searches_see_complete_editions_while_a_process_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # glibc gives each of tantivy's short-lived threads an arena, up to 8 a core, and keeps them: that is
    # no leak, but would hide one.
    monkeypatch.setenv("MALLOC_ARENA_MAX", "2")
    library, edition = Library(tmp_path), 0
    library.ingest("log", text_of(edition))
    with ProcessPoolExecutor(READERS, multiprocessing.get_context("spawn")) as pool:
        readers = [pool.submit(read, tmp_path, SECONDS) for _ in range(READERS)]
        while not all(reader.done() for reader in readers):
            edition += 1
            library.ingest("log", text_of(edition))
        found = [reader.result() for reader in readers]
    library.assert_is({"log": text_of(edition)})
    assert library.collection.name == NAME
    library.close()
    assert all(searches > 0 for searches, _, _ in found)
    assert all(editions > 1 for _, editions, _ in found)
    assert max(grown for _, _, grown in found) < MAY_GROW_MIB, found
