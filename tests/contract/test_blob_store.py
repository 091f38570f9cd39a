"""Every BlobStore: a folder, and a bucket on a real S3 server."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from ragapp.errors import NotFoundError, StorageError, StorageUnavailable, TooLargeError
from ragapp.protocols import BlobStore
from ragapp.store.file_blobs import BlobFolder
from ragapp.store.s3_blobs import BlobBucket, BucketAddress
from tests.s3server import ACCESS_KEY, BUCKET, SECRET_KEY, S3Server

NEVER = "0" * 64
LARGE = os.urandom(12_000_000)
"""More than one part of a multipart upload."""


class BreaksOff(io.BytesIO):
    """A stream whose sender disconnects after the first piece."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise ConnectionResetError
        return super().read(4)


def address(endpoint: str, secret: str = SECRET_KEY) -> BucketAddress:
    return BucketAddress(BUCKET, uuid4().hex, endpoint, None, ACCESS_KEY, secret)


@pytest.fixture(params=["folder", pytest.param("s3", marks=pytest.mark.servers)])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BlobStore]:
    if request.param == "folder":
        yield BlobFolder(tmp_path)
    else:
        server: S3Server = request.getfixturevalue("s3")
        yield BlobBucket(address(server.endpoint))


@pytest.mark.parametrize("data", [b"", b"tide", LARGE], ids=["empty", "small", "large"])
def test_bytes_come_back_by_their_hash(blobs: BlobStore, data: bytes) -> None:
    blob = blobs.put(io.BytesIO(data), len(data))
    assert (blob.sha256, blob.size) == (hashlib.sha256(data).hexdigest(), len(data))
    with blobs.open(blob.sha256) as file:
        assert file.read() == data
    assert blobs.exists(blob.sha256)
    assert blobs.intact(blob.sha256)


def test_a_blob_is_read_from_any_offset(blobs: BlobStore) -> None:
    blob = blobs.put(io.BytesIO(LARGE), len(LARGE))
    with blobs.open(blob.sha256) as file:
        assert file.seekable()
        file.seek(-5, io.SEEK_END)
        assert file.read() == LARGE[-5:]
        file.seek(7_000_000)
        assert file.read(3) == LARGE[7_000_000:7_000_003]
        assert file.tell() == 7_000_003


def test_the_same_bytes_twice_are_one_blob(blobs: BlobStore) -> None:
    assert blobs.put(io.BytesIO(b"tide"), 10) == blobs.put(io.BytesIO(b"tide"), 10)
    assert len(list(blobs.all())) == 1


@pytest.mark.parametrize(
    ("stream", "error"), [(io.BytesIO, TooLargeError), (BreaksOff, OSError)], ids=["long", "broken"]
)
def test_a_refused_or_broken_stream_leaves_nothing(
    blobs: BlobStore, tmp_path: Path, stream: type[io.BytesIO], error: type[Exception]
) -> None:
    with pytest.raises(error):
        blobs.put(stream(b"far too long"), 10)
    assert not list(blobs.all())
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_deleting_is_idempotent(blobs: BlobStore) -> None:
    stored, gone = blobs.put(io.BytesIO(b"kept"), 10), blobs.put(io.BytesIO(b"gone"), 10)
    for _ in range(2):
        blobs.delete(gone.sha256)
    assert list(blobs.all()) == [stored.sha256]
    assert not blobs.exists(gone.sha256)
    assert not blobs.older_than(gone.sha256, -60)


def test_the_error_for_a_missing_blob_says_what_to_run(blobs: BlobStore) -> None:
    with pytest.raises(NotFoundError, match="ragapp doctor"):
        blobs.open(NEVER)
    with pytest.raises(NotFoundError):
        blobs.intact(NEVER)


def test_the_age_of_a_blob_is_known(blobs: BlobStore) -> None:
    blob = blobs.put(io.BytesIO(b"tide"), 10)
    assert not blobs.older_than(blob.sha256, 3600)
    assert blobs.older_than(blob.sha256, -60)
    assert not blobs.abandoned(3600)


def test_damaged_bytes_are_not_intact(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path)
    blob = blobs.put(io.BytesIO(b"tide"), 10)
    blobs.path(blob.sha256).write_bytes(b"tidy")
    assert not blobs.intact(blob.sha256)


def test_an_incomplete_upload_can_be_found_and_removed(tmp_path: Path) -> None:
    blobs, left = BlobFolder(tmp_path), []

    class Clearing(io.BytesIO):
        """Removes what has been written of it before it ends."""

        def read(self, size: int | None = -1) -> bytes:
            left.append(blobs.abandoned(-60))
            blobs.clear_abandoned(left[-1])
            return super().read(4)

    with pytest.raises(FileNotFoundError):
        blobs.put(Clearing(b"tide and ebb"), 20)
    assert [len(names) for names in left] == [1, 0, 0, 0]
    assert not list(blobs.all())


def test_errors_of_a_bucket_name_the_settings_to_check(s3: S3Server) -> None:
    with pytest.raises(StorageError, match="RAGAPP_S3_SECRET_ACCESS_KEY"):
        BlobBucket(address(s3.endpoint, secret="wrong")).exists(NEVER)
    with pytest.raises(StorageUnavailable, match="RAGAPP_S3_ENDPOINT"):
        BlobBucket(address("http://127.0.0.1:9")).put(io.BytesIO(b"tide"), 10)
