"""Each invariant of the store is violated on purpose: the doctor reports it, and repairs what it can."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from sqlalchemy import Engine, text

from ragapp.errors import StorageUnavailable
from ragapp.protocols import BlobStore
from ragapp.store import invariants
from ragapp.store.engine import WRITE
from ragapp.store.file_blobs import BlobFolder
from ragapp.store.job_queue import SqlJobQueue
from ragapp.store.s3_blobs import BlobBucket, BucketAddress
from ragapp.store.sql_store import SqlStore
from ragapp.types import Check, Chunk, ParsedText, UploadSpec
from tests.s3server import ACCESS_KEY, BUCKET, SECRET_KEY, S3Server


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobFolder(tmp_path / "blobs")


@pytest.fixture
def bucket(s3: S3Server) -> BlobStore:
    return BlobBucket(BucketAddress(BUCKET, uuid4().hex, s3.endpoint, None, ACCESS_KEY, SECRET_KEY))


@pytest.fixture
def store(engine: Engine, blobs: BlobStore) -> SqlStore:
    return with_a_document(SqlStore(engine, blobs, 10_000), engine)


def with_a_document(store: SqlStore, engine: Engine) -> SqlStore:
    """Searchable and embedded."""
    store.create_collection("shore", "e", 2)
    store.accept(
        UploadSpec("heron.txt", "shore", source="heron", metadata={}),
        io.BytesIO(b"The heron waits."),
        media_type="text/plain",
        ingest_fingerprint="r",
    )
    queue = SqlJobQueue(engine, lease=60)
    job = queue.claim("worker")
    assert job is not None
    store.publish(job, ParsedText("The heron waits."), [Chunk(0, 16, "The heron waits.", 1, None)])
    job = queue.claim("worker")
    assert job is not None
    digests = [digest for digest, _ in store.chunks_without_vector(job, "e", 10)]
    store.add_vectors(job, "e", digests, np.eye(2, dtype=np.float32)[:1])
    store.publish_vectors(job, "e")
    return store


def execute(engine: Engine, *statements: str) -> None:
    """`:short` is a vector of one dimension, `:vector` of two."""
    with engine.execution_options(**WRITE).begin() as c:
        for statement in statements:
            known = {"short": bytes(4), "vector": bytes(8)}
            c.execute(
                text(statement), {name: data for name, data in known.items() if f":{name}" in statement}
            )


def violated(checks: list[Check]) -> set[str]:
    return {check.name for check in checks if not check.ok}


REPAIRED = {
    "every blob row is in use": ["INSERT INTO blobs VALUES ('00ff', 3)"],
    "only live versions have chunks": ["UPDATE documents SET live_version_id = NULL"],
    "every vector belongs to a chunk": ["INSERT INTO vectors VALUES ('e', 'unused', :vector)"],
    "every vector has its collection's dimension": ["UPDATE vectors SET vector = :short"],
    "every ready document has all its vectors": ["DELETE FROM vectors"],
    "no job is stuck": ["UPDATE versions SET status = 'queued', lease_until = 1e12, worker = 'w'"],
}

REPORTED = {
    "every document has its newest and its live version": ["UPDATE documents SET newest_version = 7"],
    "every chunk equals the text at its span": ["UPDATE texts SET text = 'The crane waits.'"],
    "no chunk is duplicated": [
        'INSERT INTO chunks (id, version_id, start, "end", page, text, digest) '
        "SELECT 'twin', version_id, start, \"end\", page, text, digest FROM chunks"
    ],
    "the change log is complete": ["DELETE FROM changes WHERE kind = 'embedded'"],
}


def test_an_intact_store_violates_nothing(store: SqlStore) -> None:
    assert not violated(store.check(repair=False))


@pytest.mark.parametrize("name", REPAIRED)
def test_repairable_violations_are_repaired(store: SqlStore, engine: Engine, name: str) -> None:
    execute(engine, *REPAIRED[name])
    assert name in violated(store.check(repair=False))
    assert not violated(store.check(repair=True))
    assert not violated(store.check(repair=False))


@pytest.mark.parametrize("name", REPORTED)
def test_other_violations_are_reported(store: SqlStore, engine: Engine, name: str) -> None:
    execute(engine, *REPORTED[name])
    assert violated(store.check(repair=False)) == {name}
    assert violated(store.check(repair=True)) == {name}


def test_after_a_repair_a_worker_embeds_chunks_that_lacked_vectors(store: SqlStore, engine: Engine) -> None:
    execute(engine, "DELETE FROM vectors")
    store.check(repair=True)
    job = SqlJobQueue(engine, lease=60).claim("worker")
    assert job is not None
    assert len(store.chunks_without_vector(job, "e", 10)) == 1


@pytest.mark.parametrize("kept_in", ["blobs", pytest.param("bucket", marks=pytest.mark.servers)])
def test_blobs_without_a_row_and_rows_without_a_blob_are_found(
    engine: Engine, kept_in: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs: BlobStore = request.getfixturevalue(kept_in)
    store = with_a_document(SqlStore(engine, blobs, 10_000), engine)
    stray = blobs.put(io.BytesIO(b"stray"), 10)
    assert not violated(store.check(repair=False)), "its row may not be committed yet"
    monkeypatch.setattr(invariants, "GRACE_SECONDS", -60.0)
    assert violated(store.check(repair=False)) == {"every stored blob has a row"}
    assert not violated(store.check(repair=True))
    assert not blobs.exists(stray.sha256)
    blobs.delete(store.documents("shore")[0].sha256)
    found = next(check for check in store.check(repair=True) if not check.ok)
    assert "heron.txt" in found.detail


def test_only_old_incomplete_uploads_are_removed(store: SqlStore, tmp_path: Path) -> None:
    old, new = tmp_path / "blobs/incoming/old", tmp_path / "blobs/incoming/new"
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    an_hour_and_a_bit_ago = time.time() - 4000
    os.utime(old, (an_hour_and_a_bit_ago, an_hour_and_a_bit_ago))
    assert violated(store.check(repair=False)) == {"no incomplete upload was left behind"}
    assert not violated(store.check(repair=True))
    assert new.exists()
    assert not old.exists()


class FailingDeletes(BlobFolder):
    """A bucket that does not respond to deletions."""

    failing = True

    def delete(self, sha256: str) -> None:
        if self.failing:
            raise StorageUnavailable("The bucket does not answer.")
        super().delete(sha256)


def test_a_deletion_holds_although_its_bytes_cannot_be_freed_yet(engine: Engine, tmp_path: Path) -> None:
    blobs = FailingDeletes(tmp_path / "blobs")
    store = with_a_document(SqlStore(engine, blobs, 10_000), engine)
    (document,) = store.documents("shore")
    store.delete_document(document.id)
    assert store.documents("shore") == []
    (left,) = blobs.all()
    blobs.failing = False
    for file in (tmp_path / "blobs").rglob(left):
        os.utime(file, (time.time() - 1e6, time.time() - 1e6))
    store.check(repair=True)
    assert list(blobs.all()) == []
