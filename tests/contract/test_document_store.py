"""What every DocumentStore and JobQueue promises, run over each database we support."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ragapp.errors import ConflictError, NotFoundError, TooLargeError, UsageError
from ragapp.store.blobs import BlobFolder
from ragapp.store.engine import WRITE, open_engine
from ragapp.store.jobs import SqlJobQueue
from ragapp.store.references import free_blob
from ragapp.store.sql import SqlStore
from ragapp.types import Acceptance, Chunk, Document, Heading, Job, ParsedText

EMBEDDER = "test-embedder"
PAGE_ONE, PAGE_TWO = "The tide turns at noon. ", "Herons fish at dusk."
PARSED = ParsedText(PAGE_ONE + PAGE_TWO, (0, len(PAGE_ONE)), (Heading(1, 0, 8),), "Tides", {"author": "Ann"})


@pytest.fixture
def blobs(tmp_path: Path) -> BlobFolder:
    return BlobFolder(tmp_path / "blobs")


@pytest.fixture
def store(database_url: str, blobs: BlobFolder) -> Iterator[SqlStore]:
    store = SqlStore(open_engine(database_url), blobs, max_bytes=1000)
    store.create_collection("shore", EMBEDDER, 2)
    yield store
    store.close()


@pytest.fixture
def queue(database_url: str, store: SqlStore) -> SqlJobQueue:
    return SqlJobQueue(open_engine(database_url), lease=60)


def accept(store: SqlStore, data: bytes = b"bytes", source: str = "/a.txt", **changed: str) -> Acceptance:
    return store.accept(
        "shore",
        source=source,
        name=changed.get("name", "a.txt"),
        data=io.BytesIO(data),
        media_type="text/plain",
        recipe=changed.get("recipe", "r1"),
        metadata={"topic": changed.get("topic", "sea")},
    )


def claim(queue: SqlJobQueue, worker: str = "w1") -> Job:
    job = queue.claim(worker)
    assert job is not None
    return job


def chunks_of(parsed: ParsedText) -> list[Chunk]:
    cut = parsed.page_starts[-1]
    spans = [(0, cut), (cut, len(parsed.text))]
    return [Chunk(a, b, parsed.text[a:b], parsed.page_at(a), "Tides") for a, b in spans if a < b]


def bring_in(
    store: SqlStore,
    queue: SqlJobQueue,
    data: bytes = b"bytes",
    source: str = "/a.txt",
    parsed: ParsedText = PARSED,
) -> Document:
    accept(store, data, source)
    store.publish(claim(queue), parsed, chunks_of(parsed))
    job = claim(queue)
    missing = store.chunks_without_vector(job, EMBEDDER, 100)
    vectors = np.tile(np.array([[0.6, 0.8]], np.float32), (len(missing), 1))
    store.add_vectors(job, EMBEDDER, [digest for digest, _ in missing], vectors)
    store.publish_vectors(job, EMBEDDER)
    return store.document(job.document_id)


def test_a_document_goes_from_queued_to_ready(store: SqlStore, queue: SqlJobQueue) -> None:
    accepted = accept(store)
    assert (accepted.outcome, accepted.document.status) == ("added", "queued")

    job = claim(queue)
    assert store.document(job.document_id).status == "parsing"
    store.publish(job, PARSED, chunks_of(PARSED))
    searchable = store.document(job.document_id)
    assert (searchable.status, searchable.pages, searchable.chunks, searchable.embedded) == (
        "searchable",
        2,
        2,
        0,
    )

    job = claim(queue)
    assert job.status == "searchable"
    digests = [digest for digest, _ in store.chunks_without_vector(job, EMBEDDER, 10)]
    store.add_vectors(job, EMBEDDER, digests, np.ones((2, 2), np.float32))
    store.publish_vectors(job, EMBEDDER)
    ready = store.document(job.document_id)
    assert (ready.status, ready.embedded, ready.live_version) == ("ready", 2, 1)
    assert ready.metadata == {"topic": "sea", "title": "Tides", "author": "Ann"}
    assert queue.claim("w1") is None


def test_the_text_comes_back_whole(store: SqlStore, queue: SqlJobQueue) -> None:
    document = bring_in(store, queue)
    read = store.parsed_text(document.id)
    assert (read.text, read.page_starts, read.headings, read.title) == (
        PARSED.text,
        PARSED.page_starts,
        PARSED.headings,
        "Tides",
    )
    assert store.page_at(document.id, 1, len(PAGE_ONE)) == 2
    with pytest.raises(NotFoundError):
        store.parsed_text(document.id, version=7)


def test_the_same_bytes_again_change_nothing(store: SqlStore, queue: SqlJobQueue) -> None:
    document = bring_in(store, queue)
    again = accept(store, name="renamed.txt", topic="shore")
    assert (again.outcome, again.document.id) == ("unchanged", document.id)
    assert (again.document.name, again.document.metadata["topic"]) == ("renamed.txt", "shore")
    assert queue.claim("w1") is None


def test_another_recipe_brings_the_same_bytes_in_again(store: SqlStore, queue: SqlJobQueue) -> None:
    bring_in(store, queue)
    assert accept(store, recipe="r2").outcome == "updated"


def test_a_failed_document_is_tried_again_when_it_is_handed_in_again(
    store: SqlStore, queue: SqlJobQueue
) -> None:
    accept(store)
    queue.fail(claim(queue), "unreadable")
    assert accept(store).document.status == "queued"
    assert claim(queue).version == 1


def test_a_new_version_replaces_the_old_one_and_reuses_its_vectors(
    store: SqlStore, queue: SqlJobQueue, blobs: BlobFolder
) -> None:
    old = bring_in(store, queue)
    collection = store.collection("shore")
    old_keys = {entry.key for entry in store.entries(collection.id)}
    accept(store, b"new bytes")
    assert store.document(old.id).live_version == 1, "the old version is read until the new one is there"

    changed = ParsedText(PAGE_ONE + "Gulls rest.", (0, len(PAGE_ONE)))
    store.publish(claim(queue), changed, chunks_of(changed))
    job = claim(queue)
    assert [text for _, text in store.chunks_without_vector(job, EMBEDDER, 10)] == ["Tides\nGulls rest."]
    now = store.document(old.id)
    assert (now.version, now.live_version) == (2, 2)
    assert not old_keys & {entry.key for entry in store.entries(collection.id)}
    assert not store.hits(collection.id, tuple((key, 1.0) for key in old_keys))
    assert not blobs.exists(old.sha256)


def test_a_failed_new_version_leaves_the_old_one_searchable(store: SqlStore, queue: SqlJobQueue) -> None:
    document = bring_in(store, queue)
    accept(store, b"broken")
    queue.fail(claim(queue), "unreadable")
    now = store.document(document.id)
    assert (now.status, now.error, now.live_version) == ("failed", "unreadable", 1)
    assert len(list(store.entries(store.collection("shore").id))) == 2


def test_after_a_delete_nothing_shows_the_document(
    store: SqlStore, queue: SqlJobQueue, blobs: BlobFolder
) -> None:
    document = bring_in(store, queue)
    collection = store.collection("shore")
    keys = [entry.key for entry in store.entries(collection.id)]
    store.delete_document(document.id)
    assert not list(store.entries(collection.id))
    assert not list(store.vectors(collection.id, EMBEDDER))
    assert not store.hits(collection.id, tuple((key, 1.0) for key in keys))
    assert not list(blobs.all())
    assert store.changes(collection.id, collection.revision)[-1].kind == "removed"
    with pytest.raises(NotFoundError):
        store.document(document.id)
    assert all(check.ok for check in store.check(repair=False))


def test_two_documents_with_the_same_bytes_share_one_blob(
    store: SqlStore, queue: SqlJobQueue, blobs: BlobFolder
) -> None:
    first, second = bring_in(store, queue), bring_in(store, queue, source="/b.txt")
    assert first.id != second.id
    assert len(list(blobs.all())) == 1
    store.delete_document(first.id)
    assert blobs.exists(second.sha256)
    assert len(list(store.vectors(store.collection("shore").id, EMBEDDER))) == 1, (
        "the other one's vectors stay"
    )


def test_bytes_in_use_are_not_freed(
    store: SqlStore, queue: SqlJobQueue, blobs: BlobFolder, database_url: str
) -> None:
    """Somebody handed them in again between the delete of their last document and the freeing."""
    document = bring_in(store, queue)
    with open_engine(database_url).execution_options(**WRITE).begin() as c:
        free_blob(c, blobs, document.sha256)
    assert blobs.exists(document.sha256)


def test_the_change_log_tells_each_change_once_in_order(store: SqlStore, queue: SqlJobQueue) -> None:
    document = bring_in(store, queue)
    store.delete_document(document.id)
    log = store.changes(store.collection("shore").id, 0)
    assert [(change.revision, change.kind) for change in log] == [
        (1, "parsed"),
        (2, "embedded"),
        (3, "removed"),
    ]
    assert store.collection("shore").revision == 3


def test_work_of_a_deleted_document_is_refused(store: SqlStore, queue: SqlJobQueue) -> None:
    accept(store)
    job = claim(queue)
    store.delete_document(job.document_id)
    with pytest.raises(ConflictError):
        store.publish(job, PARSED, chunks_of(PARSED))
    assert not queue.renew(job)


def test_a_silent_workers_job_goes_to_another_and_the_first_cannot_publish(
    database_url: str, store: SqlStore
) -> None:
    hasty = SqlJobQueue(open_engine(database_url), lease=0)
    accept(store)
    first, second = claim(hasty, "w1"), claim(hasty, "w2")
    assert second.version_id == first.version_id
    with pytest.raises(ConflictError):
        store.publish(first, PARSED, chunks_of(PARSED))
    store.publish(second, PARSED, chunks_of(PARSED))


def test_a_leased_job_is_nobody_elses(store: SqlStore, queue: SqlJobQueue) -> None:
    accept(store)
    job = claim(queue, "w1")
    assert queue.claim("w2") is None
    queue.release(job)
    assert claim(queue, "w2").attempt == 1


def test_a_document_that_ends_three_workers_fails_and_the_queue_goes_on(
    database_url: str, store: SqlStore
) -> None:
    hasty = SqlJobQueue(open_engine(database_url), lease=0)
    poison = accept(store).document
    for worker in ("w1", "w2", "w3"):
        assert claim(hasty, worker).document_id == poison.id
    good = accept(store, b"good", "/good.txt").document
    assert claim(hasty, "w4").document_id == good.id
    failed = store.document(poison.id)
    assert failed.status == "failed"
    assert "3 times" in (failed.error or "")


def test_what_nobody_can_find_yet_is_worked_before_vectors(store: SqlStore, queue: SqlJobQueue) -> None:
    accept(store)
    store.publish(claim(queue), PARSED, chunks_of(PARSED))
    late = accept(store, b"late", "/late.txt").document
    assert claim(queue).document_id == late.id
    assert store.backlog(store.collection("shore").id).unembedded == 1


def test_filters_need_every_value(store: SqlStore, queue: SqlJobQueue) -> None:
    bring_in(store, queue)
    assert len(store.versions_matching("shore", {"topic": "sea", "author": "Ann"})) == 1
    assert len(store.versions_matching("shore", {"title": "Tides", "name": "a.txt", "source": "/a.txt"})) == 1
    assert not store.versions_matching("shore", {"topic": "sea", "author": "Bob"})
    assert not store.versions_matching("shore", {"source": "/b.txt"})


def test_handing_in_again_forgets_nothing_the_file_says_of_itself(
    store: SqlStore, queue: SqlJobQueue
) -> None:
    bring_in(store, queue)
    assert accept(store, topic="shore").document.metadata == {
        "topic": "shore",
        "title": "Tides",
        "author": "Ann",
    }


def test_a_deleted_collection_takes_everything_with_it(
    store: SqlStore, queue: SqlJobQueue, blobs: BlobFolder
) -> None:
    bring_in(store, queue)
    store.delete_collection("shore")
    assert not store.collections()
    assert not list(blobs.all())
    assert all(check.ok for check in store.check(repair=False))


def test_what_no_database_can_hold_is_no_document(store: SqlStore) -> None:
    with pytest.raises((NotFoundError, UsageError)):
        store.document("a\0b")


def test_names_and_sizes_have_limits(store: SqlStore, blobs: BlobFolder) -> None:
    with pytest.raises(ConflictError):
        store.create_collection("shore", EMBEDDER, 2)
    with pytest.raises(UsageError):
        store.create_collection("../etc", EMBEDDER, 2)
    with pytest.raises(TooLargeError):
        accept(store, b"x" * 1001)
    assert not list(blobs.all())
    with pytest.raises(NotFoundError):
        store.collection("hill")


def test_the_doctor_tells_damage_and_frees_stray_blobs(
    store: SqlStore, queue: SqlJobQueue, blobs: BlobFolder
) -> None:
    document = bring_in(store, queue)
    stray, arriving = blobs.put(io.BytesIO(b"stray"), 1000), blobs.put(io.BytesIO(b"arriving"), 1000)
    os.utime(blobs.path(stray.sha256), (0, 0))
    blobs.path(document.sha256).write_bytes(b"damaged")
    broken = {check.name for check in store.check(repair=False) if not check.ok}
    assert broken == {"every blob's bytes match its name", "every blob on disk belongs to a document"}
    broken = {check.name for check in store.check(repair=True) if not check.ok}
    assert broken == {"every blob's bytes match its name"}
    assert not blobs.exists(stray.sha256)
    assert blobs.exists(arriving.sha256)
