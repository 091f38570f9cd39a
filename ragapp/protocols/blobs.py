"""Where documents' bytes are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO, Protocol

from ragapp.types import Artifact, ArtifactKind, Blob


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


class ArtifactStore(Protocol):
    """Files by kind and name, the same for every server. Safe for many threads.

    Every method raises StorageError.
    """

    def all(self, kind: ArtifactKind) -> list[Artifact]:
        """By name."""

    def find(self, kind: ArtifactKind, name: str) -> Artifact | None: ...

    def open(self, artifact: Artifact) -> BinaryIO:
        """Its bytes, seekable, to be closed by the caller. Raises NotFoundError when it is gone."""

    def add(self, kind: ArtifactKind, name: str, data: BinaryIO, about: str) -> None:
        """Keeps the seekable stream, whole or not at all. Raises ConflictError when the name is taken."""

    def replace(self, former: Artifact, data: BinaryIO, about: str) -> None:
        """Other bytes under the same name. Raises ConflictError when `former` is not what is there."""

    def remove(self, artifact: Artifact) -> None:
        """Does nothing when it is not there. Raises ConflictError when it has other bytes by now."""
