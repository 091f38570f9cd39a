"""What publishing, reading and switching embedders refuse, and the order of what is read."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest

from ragapp.errors import ConflictError
from ragapp.store.job_queue import SqlJobQueue
from ragapp.store.sql_store import SqlStore
from ragapp.types import Chunk, DocumentQuery, ParsedText, ReadingGap, UploadSpec
from tests.contract.document_store.library import EMBEDDER, PARSED, accept, chunks_of, claim, ingest

TWICE = ParsedText("Same. Same. ")
SAME_CHUNKS = [Chunk(0, 6, "Same. ", 1), Chunk(6, 12, "Same. ", 1)]


def test_metadata_of_the_user_goes_before_that_of_the_file(store: SqlStore, queue: SqlJobQueue) -> None:
    accept(store, topic="sea")
    job = claim(queue)
    store.publish(job, ParsedText("Text.", metadata={"topic": "land", "author": "Ann"}), [])
    assert store.document(job.document_id).metadata == {"topic": "sea", "author": "Ann"}


def test_metadata_is_set_and_removed(store: SqlStore, queue: SqlJobQueue) -> None:
    document = ingest(store, queue)
    changed = store.set_metadata(document.id, {"topic": None, "year": "2020", "never": None})
    assert "topic" not in changed.metadata
    assert changed.metadata["year"] == "2020"
    assert store.document(document.id).metadata == changed.metadata


def test_a_text_that_occurs_twice_is_embedded_once(store: SqlStore, queue: SqlJobQueue) -> None:
    accept(store)
    store.publish(claim(queue), TWICE, SAME_CHUNKS)
    job = claim(queue)
    assert len(store.chunks_without_vector(job, EMBEDDER, 100)) == 1


def test_a_version_that_is_late_does_not_replace_a_newer_one(store: SqlStore, queue: SqlJobQueue) -> None:
    accept(store, b"old")
    old = claim(queue, "w1")
    accept(store, b"new")
    new = claim(queue, "w2")
    store.publish(new, ParsedText("New text."), [Chunk(0, 9, "New text.", 1)])
    with pytest.raises(ConflictError):
        store.publish(old, ParsedText("Old text."), [Chunk(0, 9, "Old text.", 1)])
    assert store.parsed_text(new.document_id).text == "New text."
    assert {entry.text for entry in store.entries(store.collection("shore").id)} == {"New text."}


def test_a_version_is_ready_only_with_every_vector(store: SqlStore, queue: SqlJobQueue) -> None:
    accept(store)
    store.publish(claim(queue), PARSED, chunks_of(PARSED))
    job = claim(queue)
    with pytest.raises(ConflictError, match="no vector"):
        store.publish_vectors(job, EMBEDDER)
    (first, _), (second, _) = store.chunks_without_vector(job, EMBEDDER, 100)
    with pytest.raises(ValueError, match="finite"):
        store.add_vectors(job, EMBEDDER, [first], np.array([[np.nan, 1]], np.float32))
    with pytest.raises(ValueError, match="finite"):
        store.add_vectors(job, EMBEDDER, [first, second], np.ones((1, 2), np.float32))
    assert store.document(job.document_id).status == "searchable"


def test_vectors_of_another_embedder_are_not_published(store: SqlStore, queue: SqlJobQueue) -> None:
    accept(store)
    store.publish(claim(queue), PARSED, chunks_of(PARSED))
    job = claim(queue)
    digests = [digest for digest, _ in store.chunks_without_vector(job, "other", 100)]
    store.add_vectors(job, "other", digests, np.ones((len(digests), 2), np.float32))
    with pytest.raises(ConflictError, match="another embedder"):
        store.publish_vectors(job, "other")


def test_hits_are_live_chunks_of_the_collection_in_the_order_of_the_ranking(
    store: SqlStore, queue: SqlJobQueue
) -> None:
    ingest(store, queue)
    shore = store.collection("shore").id
    keys = [entry.key for entry in store.entries(shore)]
    ranking = tuple((key, float(place)) for place, key in enumerate(reversed(keys)))
    hits = store.hits(shore, (*ranking, (10_000, 9.0)))
    assert [hit.start for hit in hits] == sorted((hit.start for hit in hits), reverse=True)
    assert [hit.score for hit in hits] == [0.0, 1.0]
    hill = store.create_collection("hill", EMBEDDER, 2)
    assert store.hits(hill.id, ranking) == []


def test_what_was_published_since_a_revision_leaves_out_that_revision(
    store: SqlStore, queue: SqlJobQueue
) -> None:
    first = ingest(store, queue)
    before = store.collection("shore")
    second = ingest(store, queue, b"other", "/b.txt")
    assert store.published_since(before.id, before.revision) == {(second.id, 1)}
    assert store.published_since(before.id, 0) == {(first.id, 1), (second.id, 1)}


def test_an_embedder_is_switched_to_only_when_nothing_is_missing_or_has_changed(
    store: SqlStore, queue: SqlJobQueue
) -> None:
    ingest(store, queue)
    collection = store.collection("shore")
    assert not store.switch_embedder(collection, "other", 3)
    embed_by_other(store, "f" * 32)  # the digest of a text that was deleted meanwhile
    assert store.missing_vectors(collection, "other") == 0
    assert all(check.ok for check in store.check(repair=False)), "a vector is stored that nothing uses"
    ingest(store, queue, b"other", "/b.txt", ParsedText("Meanwhile.", (0,)))
    embed_by_other(store)
    assert not store.switch_embedder(collection, "other", 3), "the collection has changed"
    assert store.collection("shore").embedder == EMBEDDER
    assert store.switch_embedder(store.collection("shore"), "other", 3)
    assert (store.collection("shore").embedder, store.collection("shore").dimension) == ("other", 3)


def embed_by_other(store: SqlStore, *digests: str) -> None:
    missing = store.unembedded(store.collection("shore"), "other", 0, 100)
    wanted = [*(one.digest for one in missing), *digests]
    store.keep_vectors("other", wanted, np.ones((len(wanted), 3), np.float32))


def test_a_job_that_is_done_is_not_retried_and_waiting_ones_are_counted_by_owner(
    store: SqlStore, queue: SqlJobQueue
) -> None:
    done = ingest(store, queue)
    with pytest.raises(ConflictError, match="nothing to retry"):
        queue.retry(done.id)
    for owner, source in (("ann", "/1"), ("ann", "/2"), ("bob", "/3")):
        spec = UploadSpec("x", "shore", source=source, owner=owner)
        store.accept(spec, io.BytesIO(source.encode()), media_type="text/plain", ingest_fingerprint="r1")
    assert (queue.waiting(), queue.waiting("ann"), queue.waiting("bob"), queue.waiting("eve")) == (3, 2, 1, 0)


def test_a_version_keeps_what_was_not_read_of_it(store: SqlStore, queue: SqlJobQueue) -> None:
    gaps = (ReadingGap("picture", "page 2", "No OCR.", 2), ReadingGap("part", "chapter 3", "It is missing."))
    lacking = ingest(store, queue, b"one", "/one.pdf", replace(PARSED, gaps=gaps))
    whole = ingest(store, queue, b"two", "/two.pdf")
    assert (lacking.gaps, lacking.status, lacking.status_in_words) == (gaps, "ready", "ready with gaps")
    assert (whole.gaps, whole.status_in_words) == ((), "ready")
    assert store.parsed_text(lacking.id).gaps == gaps
    assert store.reading_gaps([whole.id, lacking.id]) == {lacking.id: gaps}
    listing = store.listing(DocumentQuery("shore"))
    assert (listing.with_gaps, listing.matching) == (1, 2)
    (listed,) = store.listing(DocumentQuery("shore", with_gaps=True)).documents
    assert listed == lacking


def test_a_version_that_is_read_completely_ends_the_gaps_of_the_former_one(
    store: SqlStore, queue: SqlJobQueue
) -> None:
    gaps = (ReadingGap("attachment", "attachment a.zip", "It is encrypted."),)
    ingest(store, queue, b"one", "/one.eml", replace(PARSED, gaps=gaps))
    document = ingest(store, queue, b"better", "/one.eml")
    assert document.gaps == ()
    assert store.reading_gaps([document.id]) == {}
    details = [check.detail for check in store.check(repair=False) if "not read" in check.name]
    assert details == ["every document was read completely"]


def test_gaps_are_counted_by_what_they_are(store: SqlStore, queue: SqlJobQueue) -> None:
    gaps = (ReadingGap("picture", "page 2", "No OCR.", 2), ReadingGap("part", "chapter 3", "It is missing."))
    ingest(store, queue, b"one", "/one.pdf", replace(PARSED, gaps=gaps))
    ingest(store, queue, b"two", "/two.pdf", replace(PARSED, gaps=gaps[:1]))
    (check,) = [check for check in store.check(repair=False) if "not read" in check.name]
    assert check.ok
    assert "2 documents were not read completely (part in 1, picture in 2)" in check.detail
