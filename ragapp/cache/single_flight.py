"""Single flight: of requests with the same question at the same time, one generates and the others wait."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from ragapp.processes import cancellation
from ragapp.protocols import CacheStore

LEASE_SECONDS = 30.0
"""How long the others wait for a process that died; a living one renews its lease while it generates."""

_POLL_SECONDS = 0.03
_RENEWAL_SECONDS = 5.0


class FlightLease:
    """The exclusive right to generate one entry. `waited` is true if another request had it before."""

    def __init__(self, store: CacheStore, entry_id: str) -> None:
        self._store = store
        self._entry_id = entry_id
        self._owner = uuid4().hex
        self._renewed = 0.0
        self.waited = False

    def acquire(self) -> None:
        """Waits until no other request holds the lease, or the holder has not renewed it for its whole
        length.

        Raises the error of a cancellation.
        """
        give_up = time.monotonic() + LEASE_SECONDS
        while not self._store.claim(self._entry_id, self._owner, LEASE_SECONDS):
            self.waited = True
            if time.monotonic() > give_up:
                return
            cancellation.current().wait(_POLL_SECONDS)
        self._renewed = time.monotonic()

    def renew(self) -> None:
        """Renews the lease. Call it while the answer is generated; it writes to the store every few seconds
        at most.
        """
        if time.monotonic() - self._renewed > _RENEWAL_SECONDS:
            self._store.claim(self._entry_id, self._owner, LEASE_SECONDS)
            self._renewed = time.monotonic()

    def release(self) -> None:
        """Gives the lease back. It is not renewed any more."""
        self._renewed = math.inf
        self._store.release(self._entry_id, self._owner)


@contextmanager
def flight_lease(store: CacheStore, entry_id: str) -> Iterator[FlightLease]:
    lease = FlightLease(store, entry_id)
    lease.acquire()
    try:
        yield lease
    finally:
        lease.release()
