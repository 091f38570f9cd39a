"""Callers, their roles, keys and limits, and the audit log."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

Role = Literal["reader", "editor", "admin"]
"""Each role includes those before it. Readers search, ask and read. Editors upload, change and delete
documents. Admins create, reindex and delete collections; an admin of all collections manages keys."""

ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Grant:
    """A role in one collection, which need not exist yet, or, with None, in all collections, including future
    ones.
    """

    role: Role
    collection: str | None


@dataclass(frozen=True, slots=True)
class KeyLimits:
    """The limits of a key. None stands for the default in the settings. Days are in UTC."""

    requests_per_minute: int | None = None
    questions_per_day: int | None = None
    tokens_per_day: int | None = None
    upload_bytes_per_day: int | None = None
    waiting_documents: int | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """An API key without its secret. `id` is not secret. Keys are revoked, never deleted."""

    id: str
    name: str
    grants: tuple[Grant, ...]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    """Accurate to about a minute."""
    limits: KeyLimits = KeyLimits()


@dataclass(frozen=True, slots=True)
class NewKey:
    """A new key. `secret` is what the caller sends; it is shown once and not stored."""

    key: Key
    secret: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request.

    `id` is the key's, and empty for the person at the machine; `address` is the peer's.
    """

    id: str
    name: str
    grants: tuple[Grant, ...]
    limits: KeyLimits = KeyLimits()
    address: str = ""

    def role_in(self, collection: str | None) -> Role | None:
        """The caller's highest role in the collection, or in all collections if that is None. None without a
        role.
        """
        held = {grant.role for grant in self.grants if grant.collection in (None, collection)}
        return max(held, key=ROLES.index, default=None)

    def may(self, role: Role, collection: str | None) -> bool:
        """Whether the caller has that role, or a higher one, in the collection, or in all collections if that
        is None.
        """
        held = self.role_in(collection)
        return held is not None and ROLES.index(held) >= ROLES.index(role)

    @property
    def scope(self) -> str:
        """Identifies the collections that the caller may read: equal for callers who may read the same ones.
        Empty for all collections.
        """
        if self.may("reader", None):
            return ""
        return json.dumps(sorted({grant.collection or "" for grant in self.grants}))


LOCAL = Caller("", "local", (Grant("admin", None),))
"""The person at the machine: the command line, and requests from loopback while no key exists."""


@dataclass(frozen=True, slots=True)
class KeyUsage:
    """What a key has used since midnight, UTC."""

    questions: int = 0
    tokens: int = 0
    upload_bytes: int = 0


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to what, when and from where: names and ids, without text of documents or questions.

    `key_id` is empty for the person at the machine. `outcome` is `done` or the kind of error that refused it.
    """

    at: datetime
    key_id: str
    name: str
    address: str
    action: str
    object: str
    outcome: str
