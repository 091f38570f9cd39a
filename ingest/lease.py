"""Renews the lease of a job while it is processed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from ragapp.errors import StorageError
from ragapp.protocols import JobQueue
from ragapp.types import Job

log = logging.getLogger(__name__)

RENEWALS = 3
"""Renewals per lease duration, so that one late renewal does not lose the lease."""


@contextmanager
def held(queue: JobQueue, job: Job, lease_seconds: float) -> Iterator[None]:
    """Renews the lease of the job in the background until the block ends or another worker has
    taken the job.
    """
    done = Event()

    def renew() -> None:
        ours = True
        while ours and not done.wait(lease_seconds / RENEWALS):
            try:
                ours = queue.renew(job)
            except StorageError as error:  # the lease may outlast it
                log.warning("The lease of %s could not be renewed: %s", job.name, error)

    renewing = Thread(target=renew, name=f"lease-{job.version_id}", daemon=True)
    renewing.start()
    try:
        yield
    finally:
        done.set()
        renewing.join()
