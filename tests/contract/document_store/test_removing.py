"""Deletion removes everything of a document, and keeps what others use."""

from __future__ import annotations

import io
import os
from contextlib import closing

import pytest

from ragapp.errors import NotFoundError
from ragapp.store.blob_references import BlobWriter, free_blob
from ragapp.store.engine import WRITE, open_engine
from ragapp.store.file_blobs import BlobFolder
from ragapp.store.job_queue import SqlJobQueue
from ragapp.store.sql_store import SqlStore
from tests.contract.document_store.library import EMBEDDER, ingest


def test_after_a_delete_nothing_shows_the_document(
    store: SqlStore, queue: SqlJobQueue, blobs: BlobFolder
) -> None:
    document = ingest(store, queue)
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
    first, second = ingest(store, queue), ingest(store, queue, source="/b.txt")
    assert first.id != second.id
    assert len(list(blobs.all())) == 1
    store.delete_document(first.id)
    assert blobs.exists(second.sha256)
    assert len(list(store.vectors(store.collection("shore").id, EMBEDDER))) == 1, (
        "the other document's vectors are kept"
    )


def test_bytes_in_use_are_not_freed(
    store: SqlStore, queue: SqlJobQueue, blobs: BlobFolder, database_url: str
) -> None:
    """They were uploaded again between the deletion of their last document and freeing them."""
    document = ingest(store, queue)
    with open_engine(database_url).execution_options(**WRITE).begin() as c:
        free_blob(c, blobs, document.sha256)
    assert blobs.exists(document.sha256)


def test_bytes_that_are_freed_while_they_are_uploaded_are_stored_again(
    store: SqlStore, queue: SqlJobQueue, blobs: BlobFolder, database_url: str
) -> None:
    """Another process removes the last document with these bytes before the new document has its row."""
    engine = open_engine(database_url)
    document = ingest(store, queue)
    with closing(store.blob(document.sha256)) as data:
        new_blob = BlobWriter(engine, blobs, 1000).put(data)
        store.delete_document(document.id)
        assert not blobs.exists(document.sha256)
        with engine.execution_options(**WRITE).begin() as c:
            new_blob.keep(c)
    assert blobs.intact(document.sha256)


def test_the_change_log_has_each_change_once_in_order(store: SqlStore, queue: SqlJobQueue) -> None:
    document = ingest(store, queue)
    store.delete_document(document.id)
    log = store.changes(store.collection("shore").id, 0)
    assert [(change.revision, change.kind) for change in log] == [
        (1, "parsed"),
        (2, "embedded"),
        (3, "removed"),
    ]
    assert store.collection("shore").revision == 3


def test_deleting_a_collection_deletes_everything_in_it(
    store: SqlStore, queue: SqlJobQueue, blobs: BlobFolder
) -> None:
    ingest(store, queue)
    store.delete_collection("shore")
    assert not store.collections()
    assert not list(blobs.all())
    assert all(check.ok for check in store.check(repair=False))


def test_checks_report_damage_and_free_stray_blobs(
    store: SqlStore, queue: SqlJobQueue, blobs: BlobFolder
) -> None:
    document = ingest(store, queue)
    stray, arriving = blobs.put(io.BytesIO(b"stray"), 1000), blobs.put(io.BytesIO(b"arriving"), 1000)
    os.utime(blobs.path(stray.sha256), (0, 0))
    blobs.path(document.sha256).write_bytes(b"damaged")
    violated = {check.name for check in store.check(repair=False) if not check.ok}
    assert violated == {"every blob matches its checksum", "every stored blob has a row"}
    violated = {check.name for check in store.check(repair=True) if not check.ok}
    assert violated == {"every blob matches its checksum"}
    assert not blobs.exists(stray.sha256)
    assert blobs.exists(arriving.sha256)
