"""Serialization of cache entries: JSON that is validated strictly when it is read."""

from __future__ import annotations

from pydantic import TypeAdapter, ValidationError

from ragapp.types import CacheEntry

SCHEMA = 3
"""Part of every key and file name. To be increased when `CacheEntry` or a table changes."""


class Payload:
    """Encodes entries. Building the schema takes tens of milliseconds, so each store has one instance."""

    def __init__(self) -> None:
        self._adapter = TypeAdapter(CacheEntry)

    def encode(self, entry: CacheEntry) -> bytes:
        return self._adapter.dump_json(entry)

    def decode(self, entry_id: str, data: bytes) -> CacheEntry | None:
        """Decodes an entry; None if the bytes are damaged or belong to another entry."""
        try:
            entry = self._adapter.validate_json(data)
        except ValidationError:
            return None
        return entry if entry.id == entry_id else None
