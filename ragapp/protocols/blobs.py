"""Where documents' bytes are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO, Protocol

from ragapp.types import Blob


class BlobStore(Protocol):
    """Bytes by their sha256, written once and never changed. Every method raises StorageError."""

    def put(self, data: BinaryIO, limit: int) -> Blob:
        """Keeps the stream, whole or not at all: when it returns, a loss of power loses nothing.

        Raises TooLargeError for more than `limit` bytes.
        """

    def exists(self, sha256: str) -> bool: ...

    def open(self, sha256: str) -> BinaryIO:
        """Its bytes, seekable, to be closed by the caller. Raises NotFoundError."""

    def delete(self, sha256: str) -> None:
        """There is nothing to do when it is not there."""

    def all(self) -> Iterator[str]:
        """The sha256 of every blob that is kept."""

    def older_than(self, sha256: str, seconds: float) -> bool:
        """Whether it was put longer ago than that. One that is gone was not."""

    def intact(self, sha256: str) -> bool:
        """Whether its bytes still have the hash that names them. Raises NotFoundError."""

    def abandoned(self, seconds: float) -> list[str]:
        """The names of what uploads left half-written that began longer ago than that."""

    def clear_abandoned(self, names: Iterable[str]) -> None: ...
