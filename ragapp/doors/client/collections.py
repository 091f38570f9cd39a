"""Collections of a server."""

from __future__ import annotations

from ragapp.doors.client.paths import collection_path
from ragapp.doors.client.room import Room
from ragapp.doors.wire import NewCollection, decode, encode
from ragapp.types import Collection


class ClientCollections(Room):
    def create_collection(self, name: str) -> Collection:
        """Raises ConflictError, UsageError, ModelError."""
        body = encode(NewCollection, NewCollection(name))
        return decode(Collection, self._transport.send("POST", "/v1/collections", body=body))

    def collection(self, name: str) -> Collection:
        """Raises NotFoundError."""
        return decode(Collection, self._transport.send("GET", collection_path(name)))

    def collections(self) -> list[Collection]:
        return decode(list[Collection], self._transport.send("GET", "/v1/collections"))

    def delete_collection(self, name: str) -> None:
        """Deletes it with all its documents. Raises NotFoundError."""
        self._transport.send("DELETE", collection_path(name))
