"""ClientKeys: who one is to a server, and its keys and audit log for those who manage them."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from ragapp.api.schemas import (
    CacheCleared,
    ChosenCollection,
    GrantRequest,
    KeyRequest,
    Me,
    ServerStatus,
    TaskRequest,
    decode,
    encode,
)
from ragapp.client.transport import ClientPart
from ragapp.types import (
    AuditEntry,
    CacheStats,
    DiskUse,
    DoctorReport,
    Grant,
    Key,
    KeyLimits,
    ModelState,
    NewKey,
    Task,
)


class ClientKeys(ClientPart):
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
        limits: KeyLimits = KeyLimits(),  # noqa: B008  a frozen value
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


class ClientCache(ClientPart):
    """Every method raises UsageError when the server's cache is switched off."""

    def stats(self) -> CacheStats:
        """Hits by kind, misses by reason, what was saved, what is kept, and what audits found."""
        return decode(CacheStats, self._transport.send("GET", "/v1/cache"))

    def clear(self, *, collection: str | None = None, document: str | None = None) -> int:
        """Forgets a collection's answers, those that cite a document, or all; how many were removed."""
        narrowed = {"collection": collection, "document": document}
        query = {name: value for name, value in narrowed.items() if value is not None}
        return decode(CacheCleared, self._transport.send("DELETE", "/v1/cache", query=query)).removed


class ClientHealth(ClientPart):
    def status(self) -> ServerStatus:
        """Whether the server can answer, and with which models."""
        return decode(ServerStatus, self._transport.send("GET", "/v1/status"))

    def models(self) -> list[ModelState]:
        """The models of the catalogue: what they are, and what of them is on the server."""
        return decode(list[ModelState], self._transport.send("GET", "/v1/admin/models"))

    def disk_use(self) -> DiskUse:
        """What the server's data folder and models take on disk."""
        return decode(DiskUse, self._transport.send("GET", "/v1/admin/disk"))


class ClientTasks(ClientPart):
    """For admins of all collections; every method raises ForbiddenError for others."""

    def start_doctor(self, *, repair: bool = False) -> Task:
        """Checks every invariant; with `repair`, mends what can be mended."""
        return self._start(TaskRequest("repair" if repair else "doctor"))

    def start_reindex(self, collection: str, embedder: str | None = None) -> Task:
        """By default with the embedder of the settings. Raises NotFoundError."""
        return self._start(TaskRequest("reindex", collection=collection, model=embedder))

    def start_fetch(self, model: str) -> Task:
        """Raises NotFoundError for a model that is not catalogued."""
        return self._start(TaskRequest("fetch", model=model))

    def tasks(self) -> list[Task]:
        """Newest first, as many as are remembered."""
        return decode(list[Task], self._transport.send("GET", "/v1/tasks"))

    def task(self, task_id: str) -> Task:
        """Raises NotFoundError."""
        return decode(Task, self._transport.send("GET", _path(task_id)))

    def output(self, task_id: str) -> bytes:
        """The JSON document that it printed. Raises NotFoundError, ConflictError while there is none."""
        return self._transport.send("GET", f"{_path(task_id)}/result")

    def doctor_report(self, task_id: str) -> DoctorReport:
        """What a check found. Raises NotFoundError, ConflictError while there is none."""
        return decode(DoctorReport, self.output(task_id))

    def cancel(self, task_id: str) -> Task:
        """Raises NotFoundError, ConflictError when it has ended."""
        return decode(Task, self._transport.send("POST", f"{_path(task_id)}/cancel"))

    def _start(self, wanted: TaskRequest) -> Task:
        return decode(Task, self._transport.send("POST", "/v1/tasks", body=encode(TaskRequest, wanted)))


def _path(task_id: str) -> str:
    return f"/v1/tasks/{quote(task_id, safe='')}"
