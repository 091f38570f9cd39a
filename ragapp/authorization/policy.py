"""What one caller may see and do."""

from __future__ import annotations

from contextlib import AbstractContextManager

from ragapp.auth.audit_log import AuditRecord
from ragapp.errors import ForbiddenError
from ragapp.not_found import no_collection, no_document, no_job
from ragapp.service import RagService
from ragapp.types import Caller, Document, JobState, Role


class AccessPolicy:
    """Whoever may not see a thing is told that it is not there; whoever may, and may not do what he
    wants with it, is told which role that takes."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    def sees(self, collection: str) -> bool:
        return self.caller.may("reader", collection)

    def sees_all(self) -> bool:
        """Whether every collection there is or will be may be seen."""
        return self.caller.may("reader", None)

    def need(self, role: Role, collection: str) -> None:
        """Raises NotFoundError where the collection may not be seen, ForbiddenError for too low a role."""
        if not self.sees(collection):
            raise no_collection(collection)
        if not self.caller.may(role, collection):
            held = self.caller.role_in(collection)
            raise self._refusal(f"is {held} of {collection!r}, and this takes {role}")

    def need_to_name(self, role: Role, collection: str) -> None:
        """For a collection that is not there yet: nothing is said of whether it is. Raises ForbiddenError."""
        if not self.caller.may(role, collection):
            raise self._refusal(f"is not {role} of {collection!r}")

    def need_everywhere(self, role: Role) -> None:
        """For what concerns the whole installation. Raises ForbiddenError."""
        if not self.caller.may(role, None):
            raise self._refusal(f"is not {role} of all collections, and this takes that")

    def owns(self, owner: str) -> bool:
        """Whether what that owner made is the caller's own."""
        return owner == self.caller.id

    def _refusal(self, why: str) -> ForbiddenError:
        return ForbiddenError(f"The key {self.caller.name!r} {why}. Ask an admin for a key that may do it.")


class Authorized:
    """Checks come before the service is asked to do anything; within `_noted`, refusals are noted too."""

    def __init__(self, service: RagService, caller: Caller) -> None:
        self.caller = caller
        self._service = service
        self._rights = AccessPolicy(caller)
        self._meter = service.callers.meter

    def _noted(self, action: str, of: str) -> AbstractContextManager[AuditRecord]:
        """Puts into the audit trail how what is done within ends."""
        return self._service.callers.trail.noted(self.caller, action, of)

    def _document(self, document_id: str, role: Role = "reader") -> Document:
        """The document, if that may be done with it. Raises NotFoundError, ForbiddenError."""
        found = self._service.document(document_id)
        if not self._rights.sees(found.collection):
            raise no_document(document_id)
        self._rights.need(role, found.collection)
        return found

    def _job(self, document_id: str, role: Role = "reader") -> JobState:
        """The job, if that may be done with it. Raises NotFoundError, ForbiddenError."""
        found = self._service.job(document_id)
        if not self._rights.sees(found.collection):
            raise no_job(document_id)
        self._rights.need(role, found.collection)
        return found
