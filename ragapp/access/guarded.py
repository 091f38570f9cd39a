"""What every guarded room has: the service behind it, whose rights hold, and where it is noted."""

from __future__ import annotations

from contextlib import AbstractContextManager

from ragapp.access.rights import Rights
from ragapp.callers.trail import Deed
from ragapp.missing import no_document, no_job
from ragapp.service import RagService
from ragapp.types import Caller, Document, JobState, Role


class Guarded:
    """Checks come before the service is asked to do anything; within `_noted`, refusals are noted too."""

    def __init__(self, service: RagService, caller: Caller) -> None:
        self.caller = caller
        self._service = service
        self._rights = Rights(caller)
        self._meter = service.callers.meter

    def _noted(self, action: str, of: str) -> AbstractContextManager[Deed]:
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
