"""Jobs: the work on a document's newest version; a job's id is its document's."""

from __future__ import annotations

from collections.abc import Sequence

from ragapp.service.dependencies import Dependencies
from ragapp.types import JobState, QueueDepth, Status

UNREADY: tuple[Status, ...] = ("queued", "parsing", "searchable", "failed")


class JobService(Dependencies):
    def jobs(
        self,
        collection: str | None = None,
        *,
        statuses: Sequence[Status] = UNREADY,
        count: int = 100,
        among: Sequence[str] | None = None,
    ) -> list[JobState]:
        """The last `count` in these states, newest first: of one collection, of those `among` which the
        caller may see, or of all. Raises NotFoundError.
        """
        return self._queue.states(among if collection is None else [collection], statuses, count)

    def job(self, document_id: str) -> JobState:
        """How far it is, what it waits for, and where the time went. Raises NotFoundError."""
        return self._queue.state(document_id)

    def queue_depths(self) -> list[QueueDepth]:
        """How many documents are on their way in, by how far they are."""
        return self._queue.depths()

    def retry_job(self, document_id: str) -> JobState:
        """Takes failed or postponed work up again, now. Raises NotFoundError, ConflictError."""
        return self._queue.retry(document_id)

    def cancel_job(self, document_id: str) -> JobState:
        """Ends the work; what is searchable already stays so. Raises NotFoundError, ConflictError."""
        return self._queue.cancel(document_id)
