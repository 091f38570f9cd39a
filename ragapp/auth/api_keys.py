"""API keys: creation, verification and revocation."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ragapp.errors import AuthenticationError, UsageError
from ragapp.protocols import KeyStore
from ragapp.types import LOCAL, Caller, Grant, Key, KeyLimits, NewKey

SECRET = re.compile(r"ragapp_([0-9a-f]{12})_([0-9a-f]{48})")
"""The id by which the key is looked up, and 192 random bits. The prefix lets scanners find leaked keys."""

LAST_USED_PRECISION = timedelta(minutes=1)

HOW_TO_SEND = "Send `Authorization: Bearer KEY`; `ragapp keys create` makes a key."


class ApiKeys:
    """Creates, checks and revokes API keys. Thread-safe when its store is. `now` returns the time in UTC."""

    def __init__(self, store: KeyStore, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._store = store
        self._now = now

    def create(
        self,
        name: str,
        grants: Sequence[Grant],
        *,
        valid: timedelta | None = None,
        limits: KeyLimits = KeyLimits(),  # noqa: B008  a frozen value
    ) -> NewKey:
        """Creates a key with these grants, which is valid for that time, or until revoked if it is None.

        Raises UsageError.
        """
        if not name.strip() or not name.isprintable():
            raise UsageError("The key needs a printable name. Name the person or program that will use it.")
        if not grants:
            raise UsageError("The key has no rights. Grant it a role: reader, editor or admin.")
        if valid is not None and valid <= timedelta(0):
            raise UsageError("The key would have expired already. Choose a positive number of days.")
        key_id, random = secrets.token_hex(6), secrets.token_hex(24)
        now = self._now()
        key = Key(
            id=key_id,
            name=name.strip(),
            grants=tuple(dict.fromkeys(grants)),
            created_at=now,
            expires_at=None if valid is None else now + valid,
            limits=limits,
        )
        self._store.add(key, _digest(random))
        return NewKey(key, f"ragapp_{key_id}_{random}")

    def keys(self) -> list[Key]:
        """All keys, oldest first, including revoked and expired ones."""
        return self._store.all()

    def revoke(self, key_id: str) -> Key:
        """Rejects the key from the next request on. Raises NotFoundError."""
        return self._store.revoke(key_id, self._now())

    def needed(self) -> bool:
        """Whether callers need a key: once any has been created, even when none is valid any more."""
        return self._store.any()

    def caller(self, secret: str | None, *, address: str, loopback: bool) -> Caller:
        """The caller who sends this secret, or no secret, from this address. Raises AuthenticationError.

        While no key is needed, any secret is accepted, since OpenAI's clients always send one.
        """
        if loopback and not self.needed():
            return replace(LOCAL, address=address)
        if secret is None:
            raise AuthenticationError(f"An API key is required. {HOW_TO_SEND}")
        return replace(self._verified(secret), address=address)

    def recheck(self, caller: Caller) -> None:
        """Checks the key of a running request again. Raises AuthenticationError if it is no longer valid."""
        found = self._store.find(caller.id) if caller.id else None
        if found is not None:
            _check_valid(found[0], self._now())

    def _verified(self, secret: str) -> Caller:
        parts = SECRET.fullmatch(secret)
        found = self._store.find(parts[1]) if parts else None
        if parts is None or found is None or not hmac.compare_digest(_digest(parts[2]), found[1]):
            raise AuthenticationError(
                "The API key is unknown. Check that it was copied completely, or ask an admin for a new one."
            )
        key, now = found[0], self._now()
        _check_valid(key, now)
        if key.last_used_at is None or now - key.last_used_at >= LAST_USED_PRECISION:
            self._store.touch(key.id, now)
        return Caller(key.id, key.name, key.grants, key.limits)


def _check_valid(key: Key, now: datetime) -> None:
    if key.revoked_at is not None:
        raise AuthenticationError("The API key was revoked. Ask an admin for a new one.")
    if key.expires_at is not None and key.expires_at <= now:
        raise AuthenticationError("The API key has expired. Ask an admin for a new one.")


def _digest(random: str) -> str:
    """A plain SHA-256. Slow hashes are for passwords; 192 random bits cannot be guessed."""
    return hashlib.sha256(random.encode()).hexdigest()
