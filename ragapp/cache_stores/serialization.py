"""A cache entry as bytes: JSON, read back strictly, so that nothing stored can run or half-fit."""

from __future__ import annotations

from pydantic import TypeAdapter, ValidationError

from ragapp.types import CacheEntry

SCHEMA = 3
"""Part of every name under which entries are kept. Raise it when `CacheEntry` or a table changes."""


class Payload:
    """Encodes entries. Building the schema costs tens of milliseconds, so a store keeps one of these."""

    def __init__(self) -> None:
        self._adapter = TypeAdapter(CacheEntry)

    def encode(self, entry: CacheEntry) -> bytes:
        return self._adapter.dump_json(entry)

    def decode(self, entry_id: str, data: bytes) -> CacheEntry | None:
        """None when the bytes are not that entry: damaged, or another's."""
        try:
            entry = self._adapter.validate_json(data)
        except ValidationError:
            return None
        return entry if entry.id == entry_id else None
