"""Collections as one caller may use them: seen by who has a role there, made and deleted by admins."""

from __future__ import annotations

from ragapp.access.guarded import Guarded
from ragapp.service.reindexing import OnProgress
from ragapp.types import Backlog, Collection


class GuardedCollections(Guarded):
    def create_collection(self, name: str) -> Collection:
        """For admins of that name. Raises what RagService does, and ForbiddenError."""
        with self._noted("create collection", name):
            self._rights.need_to_name("admin", name)
            return self._service.create_collection(name)

    def collection(self, name: str) -> Collection:
        """Raises NotFoundError."""
        self._rights.need("reader", name)
        return self._service.collection(name)

    def collections(self) -> list[Collection]:
        """Those that may be seen."""
        return [one for one in self._service.collections() if self._rights.sees(one.name)]

    def reindex(self, name: str, embedder: str | None, on_progress: OnProgress) -> Collection:
        """For admins. Raises what RagService does, and ForbiddenError."""
        with self._noted("reindex collection", name):
            self._rights.need("admin", name)
            return self._service.reindex(name, embedder, on_progress)

    def delete_collection(self, name: str) -> None:
        """For admins. Raises NotFoundError, ForbiddenError."""
        with self._noted("delete collection", name):
            self._rights.need("admin", name)
            self._service.delete_collection(name)

    def backlog(self, name: str) -> Backlog:
        """What is accepted and not yet fully searchable. Raises NotFoundError."""
        self._rights.need("reader", name)
        return self._service.backlog(name)
