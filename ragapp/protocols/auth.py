"""Who may call, what they used, and what they did, as it is kept."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from ragapp.types import AuditEntry, Key, KeyLimits, KeyUsage


class KeyStore(Protocol):
    """API keys, each with the digest of its secret. They are never deleted."""

    def add(self, key: Key, digest: str) -> None: ...

    def find(self, key_id: str) -> tuple[Key, str] | None:
        """The key and its digest, whatever its state."""

    def all(self) -> list[Key]:
        """Oldest first."""

    def any(self) -> bool:
        """Whether a key was ever made."""

    def revoke(self, key_id: str, at: datetime) -> Key:
        """The key as it is then; one that was revoked before keeps its time. Raises NotFoundError."""

    def touch(self, key_id: str, at: datetime) -> None:
        """Notes when it was last used."""


class UsageStore(Protocol):
    """What each key has used, by day. One truth for all replicas."""

    def usage(self, key_id: str, day: date) -> KeyUsage: ...

    def spend(self, key_id: str, day: date, spent: KeyUsage, within: KeyLimits) -> bool:
        """Adds to the day's usage; False, and nothing is added, where a sum would exceed its limit.

        Checking and adding are one step, so that no two callers get what is left for one.
        """


class PreferenceStore(Protocol):
    """What each person chose last. `owner` is a key's id, and empty for the person at the machine."""

    def last_collection(self, owner: str) -> str | None:
        """The name that was remembered last, whether or not there is such a collection now."""

    def remember_collection(self, owner: str, name: str) -> None: ...


class RateLimiter(Protocol):
    def hit(self, key_id: str, per_minute: int) -> float | None:
        """Counts a request of a key that may send so many in any 60 seconds.

        The seconds until it may send one more when that was too many, else None.
        """


class AuditStore(Protocol):
    """A log that is added to and never changed."""

    def add(self, entry: AuditEntry) -> None: ...

    def last(self, count: int, key_id: str | None = None) -> list[AuditEntry]:
        """The last `count` entries, newest first: of one key, or of all callers."""
