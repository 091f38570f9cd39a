"""Keeps a claimed job ours while we work on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from ragapp.protocols import JobQueue
from ragapp.types import Job

RENEWALS = 3
"""How often a lease is renewed in the time it lasts, so that one late renewal does not lose it."""


@contextmanager
def held(queue: JobQueue, job: Job, lease_seconds: float) -> Iterator[None]:
    """Renews the job's lease in the background until the block ends, or somebody else has the job."""
    done = Event()

    def renew() -> None:
        while not done.wait(lease_seconds / RENEWALS) and queue.renew(job):
            pass

    renewing = Thread(target=renew, name=f"lease-{job.version_id}", daemon=True)
    renewing.start()
    try:
        yield
    finally:
        done.set()
        renewing.join()
