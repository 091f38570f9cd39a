"""Storage of API keys, usage, preferences and the audit log."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from ragapp.types import AuditEntry, Key, KeyLimits, KeyUsage


class KeyStore(Protocol):
    """API keys, each with the digest of its secret. Keys are never deleted."""

    def add(self, key: Key, digest: str) -> None: ...

    def find(self, key_id: str) -> tuple[Key, str] | None:
        """The key and its digest, even if it is expired or revoked."""

    def all(self) -> list[Key]:
        """All keys, oldest first."""

    def any(self) -> bool:
        """Whether a key was ever created."""

    def revoke(self, key_id: str, at: datetime) -> Key:
        """Revokes the key and returns it. A key that was revoked before keeps its time. Raises
        NotFoundError.
        """

    def touch(self, key_id: str, at: datetime) -> None:
        """Records when it was last used."""


class UsageStore(Protocol):
    """What each key has used, by day, shared by all servers."""

    def usage(self, key_id: str, day: date) -> KeyUsage: ...

    def spend(self, key_id: str, day: date, spent: KeyUsage, within: KeyLimits) -> bool:
        """Adds to the day's usage. Returns False and adds nothing when a total would exceed its limit.

        Checking and adding are one atomic step.
        """


class PreferenceStore(Protocol):
    """Each user's last choices. `owner` is a key's id, and empty for the person at the machine."""

    def last_collection(self, owner: str) -> str | None:
        """The name that was stored last. The collection may not exist any more."""

    def remember_collection(self, owner: str, name: str) -> None: ...


class RateLimiter(Protocol):
    def hit(self, key_id: str, per_minute: int) -> float | None:
        """Counts a request of a key that may send `per_minute` requests in any 60 seconds.

        Returns the seconds until it may send another one if that was too many, else None.
        """


class AuditStore(Protocol):
    """An append-only log."""

    def add(self, entry: AuditEntry) -> None: ...

    def last(self, count: int, key_id: str | None = None) -> list[AuditEntry]:
        """The last `count` entries, newest first: of one key, or of all."""
