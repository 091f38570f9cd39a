"""Keyring: API keys are made, recognised and revoked here."""

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
from ragapp.types import LOCAL, Caller, Grant, Key, Limits, NewKey

SECRET = re.compile(r"ragapp_([0-9a-f]{12})_([0-9a-f]{48})")
"""The id by which the key is looked up, and 192 random bits. The prefix lets scanners find leaked ones."""

USE_NOTED_EVERY = timedelta(minutes=1)

HOW_TO_SEND = "Send `Authorization: Bearer KEY`; `ragapp keys create` makes a key."


class Keyring:
    """Safe for many threads when its store is. `now` tells the time, in UTC."""

    def __init__(self, store: KeyStore, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._store = store
        self._now = now

    def create(
        self,
        name: str,
        grants: Sequence[Grant],
        *,
        valid: timedelta | None = None,
        limits: Limits = Limits(),  # noqa: B008  a frozen value
    ) -> NewKey:
        """A key that opens what the grants say, for as long as it is valid. Raises UsageError."""
        if not name.strip() or not name.isprintable():
            raise UsageError("The key needs a name of letters. Say who will use it: a person, a program.")
        if not grants:
            raise UsageError("The key opens nothing. Give it a role: reader, editor or admin.")
        if valid is not None and valid <= timedelta(0):
            raise UsageError("The key would have expired already. Let it be valid for a while.")
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
        """Oldest first, those revoked and expired too."""
        return self._store.all()

    def revoke(self, key_id: str) -> Key:
        """From the next request on, nobody gets in with it. Raises NotFoundError."""
        return self._store.revoke(key_id, self._now())

    def needed(self) -> bool:
        """Whether callers need a key: from the first that was made on, even when none is valid any more."""
        return self._store.any()

    def caller(self, secret: str | None, *, address: str, loopback: bool) -> Caller:
        """Who sends that secret, or none, from that address. Raises AuthenticationError.

        Where no key is needed any is taken: OpenAI's clients cannot send none.
        """
        if loopback and not self.needed():
            return replace(LOCAL, address=address)
        if secret is None:
            raise AuthenticationError(f"This needs an API key. {HOW_TO_SEND}")
        return replace(self._recognised(secret), address=address)

    def recheck(self, caller: Caller) -> None:
        """Raises AuthenticationError when the key that let the caller in is not valid any more."""
        found = self._store.find(caller.id) if caller.id else None
        if found is not None:
            _check_valid(found[0], self._now())

    def _recognised(self, secret: str) -> Caller:
        parts = SECRET.fullmatch(secret)
        found = self._store.find(parts[1]) if parts else None
        if parts is None or found is None or not hmac.compare_digest(_digest(parts[2]), found[1]):
            raise AuthenticationError(
                "The API key is not known here. Check that all of it was copied, or ask an admin for another."
            )
        key, now = found[0], self._now()
        _check_valid(key, now)
        if key.last_used_at is None or now - key.last_used_at >= USE_NOTED_EVERY:
            self._store.touch(key.id, now)
        return Caller(key.id, key.name, key.grants, key.limits)


def _check_valid(key: Key, now: datetime) -> None:
    if key.revoked_at is not None:
        raise AuthenticationError("The API key was revoked. Ask an admin for another one.")
    if key.expires_at is not None and key.expires_at <= now:
        raise AuthenticationError("The API key has expired. Ask an admin for another one.")


def _digest(random: str) -> str:
    """A plain SHA-256: slow hashes are for passwords, and nobody guesses 192 random bits."""
    return hashlib.sha256(random.encode()).hexdigest()
