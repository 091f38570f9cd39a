"""Ingesting documents, the same ones again, and newer versions."""

from __future__ import annotations

import numpy as np
import pytest

from ragapp.errors import ConflictError, NotFoundError, TooLargeError, UsageError
from ragapp.store.file_blobs import BlobFolder
from ragapp.store.job_queue import SqlJobQueue
from ragapp.store.sql_store import SqlStore
from ragapp.types import ParsedText
from tests.contract.document_store.library import (
    EMBEDDER,
    PAGE_ONE,
    PARSED,
    accept,
    chunks_of,
    claim,
    ingest,
)


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


def test_the_text_is_returned_as_it_was_published(store: SqlStore, queue: SqlJobQueue) -> None:
    document = ingest(store, queue)
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
    document = ingest(store, queue)
    again = accept(store, name="renamed.txt", topic="shore")
    assert (again.outcome, again.document.id) == ("unchanged", document.id)
    assert (again.document.name, again.document.metadata["topic"]) == ("renamed.txt", "shore")
    assert queue.claim("w1") is None


def test_another_ingest_fingerprint_ingests_the_same_bytes_again(store: SqlStore, queue: SqlJobQueue) -> None:
    ingest(store, queue)
    assert accept(store, fingerprint="r2").outcome == "updated"


def test_a_failed_document_is_tried_again_when_it_is_uploaded_again(
    store: SqlStore, queue: SqlJobQueue
) -> None:
    accept(store)
    queue.fail(claim(queue), "unreadable")
    assert accept(store).document.status == "queued"
    assert claim(queue).version == 1


def test_a_new_version_replaces_the_old_one_and_reuses_its_vectors(
    store: SqlStore, queue: SqlJobQueue, blobs: BlobFolder
) -> None:
    old = ingest(store, queue)
    collection = store.collection("shore")
    old_keys = {entry.key for entry in store.entries(collection.id)}
    accept(store, b"new bytes")
    assert store.document(old.id).live_version == 1, "the old version is live until the new one is published"

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
    document = ingest(store, queue)
    accept(store, b"broken")
    queue.fail(claim(queue), "unreadable")
    now = store.document(document.id)
    assert (now.status, now.error, now.live_version) == ("failed", "unreadable", 1)
    assert len(list(store.entries(store.collection("shore").id))) == 2


def test_filters_need_every_value(store: SqlStore, queue: SqlJobQueue) -> None:
    ingest(store, queue)
    assert len(store.versions_matching("shore", {"topic": "sea", "author": "Ann"})) == 1
    assert len(store.versions_matching("shore", {"title": "Tides", "name": "a.txt", "source": "/a.txt"})) == 1
    assert not store.versions_matching("shore", {"topic": "sea", "author": "Bob"})
    assert not store.versions_matching("shore", {"source": "/b.txt"})


def test_uploading_again_keeps_metadata_from_the_file(store: SqlStore, queue: SqlJobQueue) -> None:
    ingest(store, queue)
    assert accept(store, topic="shore").document.metadata == {
        "topic": "shore",
        "title": "Tides",
        "author": "Ann",
    }


def test_an_id_with_a_nul_character_is_refused(store: SqlStore) -> None:
    with pytest.raises((NotFoundError, UsageError)):
        store.document("a\0b")


def test_half_of_a_character_is_refused(store: SqlStore, queue: SqlJobQueue) -> None:
    """JSON and the command line can carry what no database stores."""
    ingest(store, queue)
    for attempt in (
        lambda: store.collection("\ud800"),
        lambda: store.versions_matching("shore", {"topic": "\ud800"}),
        lambda: accept(store, source="\ud800"),
        lambda: accept(store, topic="\ud800"),
    ):
        with pytest.raises(UsageError, match="half of a character"):
            attempt()
    accept(store, source="/b.txt")


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
