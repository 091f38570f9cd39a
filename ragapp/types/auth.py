"""Who asks, what each may do, and what is noted of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

Role = Literal["reader", "editor", "admin"]
"""Each may do all that those before it may. Readers search, ask and read; editors bring in, change and
delete documents; admins make, reindex and delete collections, and an admin of all of them manages keys."""

ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Grant:
    """A role in the collection of that name, which need not exist yet; None: in all collections, those made
    later included."""

    role: Role
    collection: str | None


@dataclass(frozen=True, slots=True)
class KeyLimits:
    """What a key may use. None: as the settings say. Days are those of UTC."""

    requests_per_minute: int | None = None
    questions_per_day: int | None = None
    tokens_per_day: int | None = None
    upload_bytes_per_day: int | None = None
    waiting_documents: int | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """An API key, without its secret. `id` may be told to anyone. Keys are revoked, never deleted."""

    id: str
    name: str
    grants: tuple[Grant, ...]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    """To the minute, roughly."""
    limits: KeyLimits = KeyLimits()


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made. `secret` is what the caller sends; it is shown this once and kept nowhere."""

    key: Key
    secret: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `id` is the key's, and empty for the person at the machine; `address` is where from."""

    id: str
    name: str
    grants: tuple[Grant, ...]
    limits: KeyLimits = KeyLimits()
    address: str = ""

    def role_in(self, collection: str | None) -> Role | None:
        """The highest role in that collection, or in all of them when it is None; None for no role."""
        held = {grant.role for grant in self.grants if grant.collection in (None, collection)}
        return max(held, key=ROLES.index, default=None)

    def may(self, role: Role, collection: str | None) -> bool:
        """Whether that role, or a higher one, is held in the collection, or in all when it is None."""
        held = self.role_in(collection)
        return held is not None and ROLES.index(held) >= ROLES.index(role)

    @property
    def scope(self) -> str:
        """The same for callers who may read the same, and only for them. Empty: everything."""
        if self.may("reader", None):
            return ""
        return json.dumps(sorted({grant.collection or "" for grant in self.grants}))


LOCAL = Caller("", "local", (Grant("admin", None),))
"""The person at the machine: the command line, and requests from loopback while there is no key."""


@dataclass(frozen=True, slots=True)
class KeyUsage:
    """What a key has used since midnight, UTC."""

    questions: int = 0
    tokens: int = 0
    upload_bytes: int = 0


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to what, when and from where. Holds names and ids; no text of a document or question.

    `key_id` is empty for the person at the machine. `outcome` is `done` or the kind of error that refused it.
    """

    at: datetime
    key_id: str
    name: str
    address: str
    action: str
    object: str
    outcome: str
