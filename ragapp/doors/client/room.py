"""What every room of the client has: the way to the server."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ragapp.doors.client.transport import Transport

NOTHING: Mapping[str, str] = MappingProxyType({})


class Room:
    """Its methods raise what the server raised."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
