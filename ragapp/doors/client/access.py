"""ClientAccess: who one is to a server, and its keys and audit log for those who manage them."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from ragapp.doors.client.room import Room
from ragapp.doors.wire import ChosenCollection, GrantRequest, KeyRequest, Me, decode, encode
from ragapp.types import AuditEntry, Grant, Key, Limits, NewKey


class ClientAccess(Room):
    """All but `me` and `remember_collection` raise ForbiddenError for who is not admin of all collections."""

    def me(self) -> Me:
        """Whose key it is, what it may do, and what it has used today. Raises AuthenticationError."""
        return decode(Me, self._transport.send("GET", "/v1/me"))

    def remember_collection(self, name: str) -> None:
        """Remembers the choice as `Me.last_collection`. For everyone. Raises NotFoundError."""
        body = encode(ChosenCollection, ChosenCollection(name))
        self._transport.send("PUT", "/v1/me/collection", body=body)

    def create_key(
        self,
        name: str,
        grants: Sequence[Grant],
        *,
        days: float | None = None,
        limits: Limits = Limits(),  # noqa: B008  a frozen value
        yet_to_come: bool = False,
    ) -> NewKey:
        """Its `secret` is shown this once; it is valid for so many days.

        Raises UsageError, also for a collection that is not there, unless it is `yet_to_come`.
        """
        wanted = tuple(GrantRequest(grant.role, grant.collection) for grant in grants)
        body = encode(KeyRequest, KeyRequest(name, wanted, days, limits, yet_to_come))
        return decode(NewKey, self._transport.send("POST", "/v1/keys", body=body))

    def keys(self) -> list[Key]:
        """Oldest first, those revoked and expired too."""
        return decode(list[Key], self._transport.send("GET", "/v1/keys"))

    def revoke_key(self, key_id: str) -> Key:
        """Raises NotFoundError."""
        return decode(Key, self._transport.send("DELETE", f"/v1/keys/{quote(key_id, safe='')}"))

    def audit(self, count: int = 100, key_id: str | None = None) -> list[AuditEntry]:
        """The last `count` entries, newest first: of one key, or of all callers."""
        query = {"count": str(count)} | ({} if key_id is None else {"key_id": key_id})
        return decode(list[AuditEntry], self._transport.send("GET", "/v1/audit", query=query))
