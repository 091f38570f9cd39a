"""Collections share bytes and vectors: concurrent changes never deadlock."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Barrier
from typing import TypeVar

import numpy as np
import pytest

from ragapp.store import blob_references
from ragapp.store.engine import WRITE, open_engine
from ragapp.store.file_blobs import BlobFolder
from ragapp.store.job_queue import SqlJobQueue
from ragapp.store.sql_store import SqlStore
from ragapp.testing.soak import repeats
from ragapp.types import Chunk, ParsedText, UploadSpec

T = TypeVar("T")

EMBEDDER, DOCUMENTS = "one", 8
ROUNDS = repeats(3, 200)
EAST, WEST = "east", "west"


@pytest.fixture
def blobs(tmp_path: Path) -> BlobFolder:
    return BlobFolder(tmp_path / "blobs")


@pytest.fixture
def store(database_url: str, blobs: BlobFolder) -> Iterator[SqlStore]:
    with closing(SqlStore(open_engine(database_url), blobs, max_bytes=1_000_000)) as store:
        yield store


@pytest.fixture
def queue(database_url: str) -> SqlJobQueue:
    return SqlJobQueue(open_engine(database_url), lease=600)


def accept(store: SqlStore, collection: str, source: str, text: str) -> str:
    """The document's id."""
    accepted = store.accept(
        UploadSpec(source, collection, source=source, metadata={}),
        io.BytesIO(text.encode()),
        media_type="text/plain",
        ingest_fingerprint="r",
    )
    return accepted.document.id


def work(store: SqlStore, queue: SqlJobQueue) -> None:
    """Makes each document one chunk with a vector."""
    while job := queue.claim("worker"):
        if job.status != "searchable":
            with closing(store.blob(job.sha256)) as data:
                text = data.read().decode()
            store.publish(job, ParsedText(text), [Chunk(0, len(text), text, 1, None)])
            continue
        missing = [digest for digest, _ in store.chunks_without_vector(job, EMBEDDER, 10)]
        store.add_vectors(job, EMBEDDER, missing, np.ones((len(missing), 2), np.float32))
        store.publish_vectors(job, EMBEDDER)


def texts(count: int) -> list[str]:
    return [f"tide {number}" for number in range(count)]


def test_two_collections_with_the_same_bytes_are_deleted_at_once(
    store: SqlStore, queue: SqlJobQueue, blobs: BlobFolder
) -> None:
    """In the order of their uploads, each would hold what the other needs next."""
    for _ in range(ROUNDS):
        for collection, its_texts in ((EAST, texts(DOCUMENTS)), (WEST, texts(DOCUMENTS)[::-1])):
            store.create_collection(collection, EMBEDDER, 2)
            for text in its_texts:
                accept(store, collection, text, text)
        work(store, queue)
        at_once(store.delete_collection, EAST, WEST)
        assert not list(blobs.all())
    assert_sound(store)


def test_documents_with_the_same_bytes_are_deleted_at_once(
    store: SqlStore, queue: SqlJobQueue, blobs: BlobFolder
) -> None:
    """Each has two versions, which were uploaded in reverse order in the other collection."""
    for collection in (EAST, WEST):
        store.create_collection(collection, EMBEDDER, 2)
    for number in range(DOCUMENTS):
        name, one, other = f"moon {number}", f"ebb {number}", f"flood {number}"
        accept(store, EAST, name, one)
        accept(store, WEST, name, other)
        work(store, queue)
        at_once(store.delete_document, accept(store, EAST, name, other), accept(store, WEST, name, one))
    assert not list(blobs.all())
    assert_sound(store)


def test_claiming_does_not_wait_for_bytes_that_are_locked(
    store: SqlStore, queue: SqlJobQueue, database_url: str
) -> None:
    """The claimed row is locked, and whoever has locked the bytes may be waiting for it."""
    long, short = "ebb " * 100_000, "ebb"
    store.create_collection(EAST, EMBEDDER, 2)
    for name, text in (("long", long), ("short", short)):
        accept(store, EAST, name, text)
    with bytes_locked(database_url, long, short):
        job = in_time(lambda: queue.claim("worker"))
    assert job is not None
    assert job.name == "short"  # it has overtaken the other, so both rows are updated


def test_writing_vectors_does_not_wait_for_bytes_that_are_locked(
    store: SqlStore, queue: SqlJobQueue, database_url: str
) -> None:
    """The vectors are locked, and whoever has locked the bytes may be waiting for them."""
    store.create_collection(EAST, EMBEDDER, 2)
    accept(store, EAST, "moon", "ebb")
    job = queue.claim("worker")
    assert job is not None
    store.publish(job, ParsedText("ebb"), [Chunk(0, 3, "ebb", 1, None)])
    job = queue.claim("worker")
    assert job is not None
    [(digest, _)] = store.chunks_without_vector(job, EMBEDDER, 10)
    with bytes_locked(database_url, "ebb"):
        in_time(lambda: store.add_vectors(job, EMBEDDER, [digest], np.ones((1, 2), np.float32)))


@contextmanager
def bytes_locked(database_url: str, *texts: str) -> Iterator[None]:
    """Like a removal that has yet to be committed. SQLite has one writer at a time: nothing to lock there."""
    if not database_url.startswith("postgresql"):
        yield
        return
    with open_engine(database_url).execution_options(**WRITE).begin() as c:
        for text in texts:
            blob_references.drop_unused_blob(c, hashlib.sha256(text.encode()).hexdigest())
        yield


def in_time(act: Callable[[], T]) -> T:
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(act).result(timeout=20)


def at_once(act: Callable[[str], object], *subjects: str) -> None:
    """Raises the first error of any of them."""
    together = Barrier(len(subjects))

    def begin(subject: str) -> None:
        together.wait()
        act(subject)

    with ThreadPoolExecutor(len(subjects)) as threads:
        list(threads.map(begin, subjects))


def assert_sound(store: SqlStore) -> None:
    assert not [check for check in store.check(repair=False) if not check.ok]
