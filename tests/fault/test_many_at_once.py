"""Many processes' worth of threads change the same few documents at once, on each database.

Nothing may be lost, doubled or left behind, and nobody may wait for ever for somebody who waits too.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

from ragapp.errors import ConflictError, NotFoundError
from ragapp.store.job_queue import SqlJobQueue
from ragapp.testing.soak import repeats
from tests.fault.library import NAME, HashEmbedder, Library

CHANGES = repeats(120, 10_000)
REPLICAS = 4
SOURCES = ("heron", "crane", "stork", "ibis")
WORDS = ("tide", "reed", "moon", "fish", "nest", "dusk")


def some_text(dice: random.Random) -> str:
    """Texts of few words, so that documents share bytes, chunks and vectors."""
    return "".join(f"{dice.choice(WORDS)} at dawn" for _ in range(dice.randrange(1, 4)))


def change(library: Library, number: int) -> None:
    dice = random.Random(number)
    source = dice.choice(SOURCES)
    act = dice.choice(
        (library.accept, library.accept, library.work, library.work, library.delete, reembed, describe)
    )
    # Somebody else may have deleted it or taken the work over; whoever is late is told so.
    with suppress(ConflictError, NotFoundError):
        if act == library.accept:
            library.accept(source, some_text(dice))
        elif act == library.delete:
            library.delete(source)
        elif act == reembed:
            reembed(library)
        elif act == describe:
            describe(library, source)
        else:
            library.work()


def reembed(library: Library) -> None:
    """Like `ragapp collections reindex`, up to the switch."""
    other = HashEmbedder("two")
    batch = library.store.unembedded(library.collection, other.fingerprint, 0, 10)
    texts = {one.digest: one.text for one in batch}
    if texts:
        vectors = other.embed_passages(list(texts.values()))
        library.store.keep_vectors(other.fingerprint, list(texts), vectors)


def describe(library: Library, source: str) -> None:
    """Changes metadata, like users do."""
    for document in library.store.documents(NAME):
        if document.source == source:
            library.store.set_metadata(document.id, {"about": "birds"})


@contextmanager
def replicas(folder: Path, database_url: str, count: int) -> Iterator[list[Library]]:
    with ExitStack() as stack:
        made = []
        for number in range(count):
            (folder / str(number)).mkdir()
            library = Library(folder / str(number), database_url, folder / "blobs")
            library.queue = SqlJobQueue(library.engine, lease=600)  # nobody dies here
            made.append(stack.enter_context(closing(library)))
        yield made


def test_concurrent_changes_leave_a_consistent_store(tmp_path: Path, database_url: str) -> None:
    with replicas(tmp_path, database_url, REPLICAS) as libraries:
        with ThreadPoolExecutor(REPLICAS * 2) as threads:
            done = [threads.submit(change, libraries[n % REPLICAS], n) for n in range(CHANGES)]
        for one in done:
            one.result()
        first, second = libraries[:2]
        first.work()
        expected = {one.source: first.store.parsed_text(one.id).text for one in first.store.documents(NAME)}
        first.assert_is(expected)
        second.assert_is(expected)
        for document in first.store.documents(NAME):
            first.store.delete_document(document.id)
        assert not list(first.blobs.all())
        second.assert_is({})
