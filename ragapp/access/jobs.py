"""The work on documents as one caller may see and change it."""

from __future__ import annotations

from collections.abc import Sequence

from ragapp.access.guarded import Guarded
from ragapp.service import UNREADY
from ragapp.types import JobState, QueueDepth, Status


class GuardedJobs(Guarded):
    def jobs(
        self, collection: str | None = None, *, statuses: Sequence[Status] = UNREADY, count: int = 100
    ) -> list[JobState]:
        """The last `count` in these states, newest first; by default of all collections that may be seen.

        Raises NotFoundError.
        """
        if collection is not None:
            self._rights.need("reader", collection)
        if collection is not None or self._rights.sees_all():
            return self._service.jobs(collection, statuses=statuses, count=count)
        seen = [one.name for one in self._service.collections() if self._rights.sees(one.name)]
        found = [job for name in seen for job in self._service.jobs(name, statuses=statuses, count=count)]
        return sorted(found, key=lambda job: job.accepted_at, reverse=True)[:count]

    def job(self, document_id: str) -> JobState:
        """How far it is, what it waits for, and where the time went. Raises NotFoundError."""
        return self._job(document_id)

    def queue_depths(self) -> list[QueueDepth]:
        """Of all collections, and so for admins of all. Raises ForbiddenError."""
        self._rights.need_everywhere("admin")
        return self._service.queue_depths()

    def retry_job(self, document_id: str) -> JobState:
        """For editors. Raises NotFoundError, ForbiddenError, ConflictError."""
        with self._noted("retry job", document_id):
            self._job(document_id, "editor")
            return self._service.retry_job(document_id)

    def cancel_job(self, document_id: str) -> JobState:
        """For editors. Raises NotFoundError, ForbiddenError, ConflictError."""
        with self._noted("cancel job", document_id):
            self._job(document_id, "editor")
            return self._service.cancel_job(document_id)
