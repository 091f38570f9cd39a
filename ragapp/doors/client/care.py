"""How a server is."""

from __future__ import annotations

from ragapp.doors.client.room import Room
from ragapp.doors.wire import ServerStatus, decode
from ragapp.types import DiskUse, ModelState


class ClientCare(Room):
    def status(self) -> ServerStatus:
        """Whether the server can answer, and with which models."""
        return decode(ServerStatus, self._transport.send("GET", "/v1/status"))

    def models(self) -> list[ModelState]:
        """The models of the catalogue: what they are, and what of them is on the server."""
        return decode(list[ModelState], self._transport.send("GET", "/v1/admin/models"))

    def disk_use(self) -> DiskUse:
        """What the server's data folder and models take on disk."""
        return decode(DiskUse, self._transport.send("GET", "/v1/admin/disk"))
