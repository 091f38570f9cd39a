"""Blobs as files named by their sha256, which are written once and never changed."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from ragapp.errors import NotFoundError, TooLargeError
from ragapp.files.atomic import sync_folder
from ragapp.files.permissions import FOLDER_MODE, private_folder, private_opener
from ragapp.types import Blob

READ_SIZE = 1 << 20


class BlobFolder:
    """Blobs in `folder`, spread over 256 subfolders by the first byte of their hash."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._staging = folder / "incoming"

    def put(self, data: BinaryIO, limit: int) -> Blob:
        """Stores the stream by a temporary file, fsync, rename and fsync of the folder. Raises
        TooLargeError."""
        if not self._staging.exists():
            private_folder(self._staging)
            sync_folder(self._folder.parent)
        temporary = self._staging / uuid4().hex
        try:
            blob = _copy_and_hash(data, temporary, limit)
            final = self.path(blob.sha256)
            final.parent.mkdir(FOLDER_MODE, exist_ok=True)
            sync_folder(self._folder)  # also if another process created it and has not synced yet
            temporary.replace(final)
            sync_folder(final.parent)
        finally:
            temporary.unlink(missing_ok=True)
        return blob

    def path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    def exists(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def open(self, sha256: str) -> BinaryIO:
        try:
            return self.path(sha256).open("rb")
        except FileNotFoundError:
            raise NotFoundError(
                f"Blob {sha256} is missing on disk. Run `ragapp doctor` to see which document to upload "
                "again."
            ) from None

    def delete(self, sha256: str) -> None:
        self.path(sha256).unlink(missing_ok=True)

    def all(self) -> Iterator[str]:
        for path in self._folder.glob("[0-9a-f][0-9a-f]/*"):
            yield path.name

    def older_than(self, sha256: str, seconds: float) -> bool:
        return _older_than(self.path(sha256), seconds)

    def abandoned(self, seconds: float) -> list[str]:
        return sorted(path.name for path in self._staging.glob("*") if _older_than(path, seconds))

    def clear_abandoned(self, names: Iterable[str]) -> None:
        for name in names:
            (self._staging / name).unlink(missing_ok=True)

    def intact(self, sha256: str) -> bool:
        with self.open(sha256) as file:
            return sha256_of(file) == sha256


def _older_than(path: Path, seconds: float) -> bool:
    try:
        return time.time() - path.stat().st_mtime > seconds
    except FileNotFoundError:
        return False


def _copy_and_hash(data: BinaryIO, target: Path, limit: int) -> Blob:
    with open(target, "xb", opener=private_opener) as file:
        blob = copy_and_hash(data, file, limit)
        file.flush()
        os.fsync(file.fileno())
    return blob


def sha256_of(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := file.read(READ_SIZE):
        digest.update(piece)
    return digest.hexdigest()


def copy_and_hash(data: BinaryIO, file: BinaryIO, limit: int) -> Blob:
    """Copies a stream and returns its hash. Raises TooLargeError."""
    digest, size = hashlib.sha256(), 0
    while piece := data.read(READ_SIZE):
        size += len(piece)
        if size > limit:
            raise TooLargeError(
                f"The document is larger than {limit} bytes. Split it, or raise RAGAPP_MAX_UPLOAD_BYTES."
            )
        digest.update(piece)
        file.write(piece)
    return Blob(digest.hexdigest(), size)
