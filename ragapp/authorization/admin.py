"""The installation itself, its keys and its audit trail: for admins of all collections."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from ragapp.authorization.evals import AuthorizedEvals
from ragapp.authorization.policy import Authorized
from ragapp.authorization.tasks import AuthorizedTasks
from ragapp.types import (
    AuditEntry,
    DiskUse,
    DoctorReport,
    Grant,
    Key,
    KeyLimits,
    KeyUsage,
    ModelNames,
    ModelState,
    NewKey,
)


class AuthorizedAdmin(Authorized):
    """Unless it says otherwise, a method raises ForbiddenError for all but admins of all collections."""

    def see_everything(self) -> None:
        """Raises ForbiddenError for whoever may not read all collections; does nothing else."""
        self._rights.need_everywhere("reader")

    def doctor(self, *, repair: bool = False) -> DoctorReport:
        """Checks every invariant, as RagService does."""
        with self._noted("doctor", "repair" if repair else "check"):
            self._rights.need_everywhere("admin")
            return self._service.doctor(repair=repair)

    @property
    def tasks(self) -> AuthorizedTasks:
        """Anybody may hold it; its methods ask for themselves."""
        return AuthorizedTasks(self._service, self.caller)

    @property
    def evals(self) -> AuthorizedEvals:
        """Raises ForbiddenError, and UsageError in a program that offers none."""
        return AuthorizedEvals(self._service, self.caller)

    def models(self) -> list[ModelState]:
        self._rights.need_everywhere("admin")
        return self._service.models()

    def disk_use(self) -> DiskUse:
        self._rights.need_everywhere("admin")
        return self._service.disk_use()

    def unready(self) -> str | None:
        """Why questions cannot be answered yet; None when they can. For everyone."""
        return self._service.unready()

    def model_names(self) -> ModelNames:
        """For everyone."""
        return self._service.model_names()

    # -- who calls

    def limits(self) -> KeyLimits:
        """The caller's own. For everyone."""
        return self._meter.limits(self.caller)

    def usage(self) -> KeyUsage:
        """The caller's own, since midnight UTC. For everyone."""
        return self._meter.usage(self.caller)

    def last_collection(self) -> str | None:
        """The collection that the caller chose last, unless it may no longer be read. For everyone."""
        name = self._service.callers.preferences.last_collection(self.caller.id)
        return name if name is not None and self._rights.sees(name) else None

    def remember_collection(self, name: str) -> None:
        """Remembers the caller's choice for the next visit. For its readers. Raises NotFoundError."""
        self._rights.need("reader", name)
        self._service.callers.preferences.remember_collection(self.caller.id, name)

    def create_key(
        self,
        name: str,
        grants: Sequence[Grant],
        *,
        valid: timedelta | None,
        limits: KeyLimits,
        yet_to_come: bool,
    ) -> NewKey:
        """Raises UsageError, as RagService does."""
        with self._noted("create key", name) as deed:
            self._rights.need_everywhere("admin")
            made = self._service.create_key(name, grants, valid=valid, limits=limits, yet_to_come=yet_to_come)
            deed.of = f"{made.key.id} {name}"
            return made

    def keys(self) -> list[Key]:
        """Oldest first, those revoked and expired too."""
        self._rights.need_everywhere("admin")
        return self._service.callers.keyring.keys()

    def revoke_key(self, key_id: str) -> Key:
        """Raises NotFoundError."""
        with self._noted("revoke key", key_id):
            self._rights.need_everywhere("admin")
            return self._service.callers.keyring.revoke(key_id)

    def audit(self, count: int, key_id: str | None = None) -> list[AuditEntry]:
        """The last `count` entries, newest first: of one key, or of all callers."""
        self._rights.need_everywhere("admin")
        return self._service.callers.trail.last(count, key_id)
