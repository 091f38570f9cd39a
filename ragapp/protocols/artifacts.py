"""Where files are kept that are no documents."""

from __future__ import annotations

from typing import BinaryIO, Protocol

from ragapp.types import Artifact, ArtifactKind


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
