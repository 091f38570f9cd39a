"""Blobs: bytes are whole on disk or not there at all."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from ragapp.errors import NotFoundError, TooLargeError
from ragapp.store.blobs import BlobFolder


class BreaksOff(io.BytesIO):
    """A stream whose sender goes away after the first piece."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise ConnectionResetError
        return super().read(4)


def test_bytes_come_back_by_their_hash(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path)
    blob = blobs.put(io.BytesIO(b"tide"), 10)
    assert (blob.sha256, blob.size) == (hashlib.sha256(b"tide").hexdigest(), 4)
    with blobs.open(blob.sha256) as file:
        assert file.read() == b"tide"
    assert blobs.intact(blob.sha256)


def test_the_same_bytes_twice_are_one_file(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path)
    assert blobs.put(io.BytesIO(b"tide"), 10) == blobs.put(io.BytesIO(b"tide"), 10)
    assert len(list(blobs.all())) == 1


@pytest.mark.parametrize(
    ("data", "error"), [(io.BytesIO(b"far too long"), TooLargeError), (BreaksOff(b"12345678"), OSError)]
)
def test_a_refused_or_broken_stream_leaves_nothing(
    tmp_path: Path, data: io.BytesIO, error: type[Exception]
) -> None:
    with pytest.raises(error):
        BlobFolder(tmp_path).put(data, 10)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_missing_blob_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="ragapp doctor"):
        BlobFolder(tmp_path).open("0" * 64)
