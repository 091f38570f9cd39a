"""Storage of bytes: of documents (blobs), question sets and evaluation runs (artifacts)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO, Protocol

from ragapp.types import Artifact, ArtifactKind, Blob


class BlobStore(Protocol):
    """Bytes by their SHA-256, written once and never changed. Every method raises StorageError."""

    def put(self, data: BinaryIO, limit: int) -> Blob:
        """Stores the stream, whole or not at all. When it returns, a power failure loses nothing.

        Raises TooLargeError for more than `limit` bytes.
        """

    def exists(self, sha256: str) -> bool: ...

    def open(self, sha256: str) -> BinaryIO:
        """The bytes as a seekable stream that the caller closes. Raises NotFoundError."""

    def delete(self, sha256: str) -> None:
        """Does nothing when it does not exist."""

    def all(self) -> Iterator[str]:
        """The SHA-256 of every stored blob."""

    def older_than(self, sha256: str, seconds: float) -> bool:
        """Whether the blob was stored more than `seconds` ago. False when it does not exist."""

    def intact(self, sha256: str) -> bool:
        """Whether its bytes still match its name. Raises NotFoundError."""

    def abandoned(self, seconds: float) -> list[str]:
        """The names of incomplete uploads that began more than `seconds` ago."""

    def clear_abandoned(self, names: Iterable[str]) -> None: ...


class ArtifactStore(Protocol):
    """Files by kind and name, shared by all servers. Safe for many threads.

    Every method raises StorageError.
    """

    def all(self, kind: ArtifactKind) -> list[Artifact]:
        """The artifacts of a kind, sorted by name."""

    def find(self, kind: ArtifactKind, name: str) -> Artifact | None: ...

    def open(self, artifact: Artifact) -> BinaryIO:
        """The bytes as a seekable stream that the caller closes. Raises NotFoundError."""

    def add(self, kind: ArtifactKind, name: str, data: BinaryIO, about: str) -> None:
        """Stores the seekable stream, whole or not at all. Raises ConflictError when the name is taken."""

    def replace(self, former: Artifact, data: BinaryIO, about: str) -> None:
        """Stores other bytes under the same name. Raises ConflictError unless `former` is still stored."""

    def remove(self, artifact: Artifact) -> None:
        """Does nothing when it does not exist. Raises ConflictError when its bytes were replaced."""
