"""Bytes come before the row that refers to them, and go after the last such row is gone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import BinaryIO, TypeVar

from sqlalchemy import Connection, Engine

from ragapp.errors import StorageError
from ragapp.protocols import BlobStore
from ragapp.store import references
from ragapp.store.engine import WRITE
from ragapp.types import Blob

log = logging.getLogger(__name__)

T = TypeVar("T")

ATTEMPTS = 5
"""Times in a row that bytes may be freed, for their last user, just while they are handed in."""


class BlobKeeper:
    """Keeps no more than `max_bytes` under one hash. Safe for many threads and processes."""

    def __init__(self, engine: Engine, blobs: BlobStore, max_bytes: int) -> None:
        self._writing = engine.execution_options(**WRITE)
        self._blobs = blobs
        self._max_bytes = max_bytes

    def keep(self, data: BinaryIO, record: Callable[[Connection, Blob], T]) -> T:
        """Puts the seekable stream, then commits what `record` does, which adds the rows that refer to it.

        Does both again when `record` finds the bytes freed. Raises TooLargeError, StorageError, and what
        `record` raises.
        """
        attempts = 0
        while True:
            blob = self._put(data)
            try:
                with self._writing.begin() as c:
                    return record(c, blob)
            except references.BytesFreed:  # just now: keep them again
                attempts += 1
                if attempts == ATTEMPTS:
                    raise
                data.seek(0)

    def free(self, unused: Iterable[str]) -> None:
        """What is done is done: bytes that cannot be freed now are found by the doctor."""
        for sha256 in unused:
            try:
                with self._writing.begin() as c:
                    references.free_blob(c, self._blobs, sha256)
            except StorageError as error:
                log.warning("%s stays until `ragapp doctor --repair`: %s", sha256, error)

    def _put(self, data: BinaryIO) -> Blob:
        try:
            return self._blobs.put(data, self._max_bytes)
        except OSError as error:
            raise StorageError(f"The document could not be kept: {error}. Free some disk space.") from error
