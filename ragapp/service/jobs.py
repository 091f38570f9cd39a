"""Operations on jobs: the processing of a document's newest version. A job has its document's id."""

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
        """The last `count` jobs with one of the statuses, newest first. Raises NotFoundError.

        Of one collection; or else of the collections `among`; or else of all.
        """
        return self._queue.states(among if collection is None else [collection], statuses, count)

    def job(self, document_id: str) -> JobState:
        """The job's progress, what it waits for and where its time went. Raises NotFoundError."""
        return self._queue.state(document_id)

    def queue_depths(self) -> list[QueueDepth]:
        """How many documents are being processed, by status."""
        return self._queue.depths()

    def retry_job(self, document_id: str) -> JobState:
        """Retries a failed or waiting job now. Raises NotFoundError, ConflictError."""
        return self._queue.retry(document_id)

    def cancel_job(self, document_id: str) -> JobState:
        """Ends the job. What is searchable already stays so. Raises NotFoundError, ConflictError."""
        return self._queue.cancel(document_id)
