"""The work on documents' newest versions."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from ragapp.doors.client.paths import job_path
from ragapp.doors.client.room import Room
from ragapp.doors.wire import decode
from ragapp.types import JobState, Status


class ClientJobs(Room):
    """A job's id is its document's."""

    def jobs(
        self, collection: str | None = None, *, statuses: Sequence[Status] = (), count: int = 100
    ) -> list[JobState]:
        """The last `count`, newest first; by default all that are not ready. Raises NotFoundError."""
        query = [("status", status) for status in statuses] + [("count", str(count))]
        if collection is not None:
            query.append(("collection", collection))
        return decode(list[JobState], self._transport.send("GET", f"/v1/jobs?{urlencode(query)}"))

    def job(self, document_id: str) -> JobState:
        """How far it is, what it waits for, and where the time went. Raises NotFoundError."""
        return decode(JobState, self._transport.send("GET", job_path(document_id)))

    def retry_job(self, document_id: str) -> JobState:
        """Takes failed or postponed work up again, now. Raises NotFoundError, ConflictError."""
        return decode(JobState, self._transport.send("POST", f"{job_path(document_id)}/retry"))

    def cancel_job(self, document_id: str) -> JobState:
        """Ends the work; what is searchable already stays so. Raises NotFoundError, ConflictError."""
        return decode(JobState, self._transport.send("POST", f"{job_path(document_id)}/cancel"))
