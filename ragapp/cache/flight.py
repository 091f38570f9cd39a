"""Single flight: of those who ask the same at the same moment, one makes the answer and the others wait."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from ragapp import cancellation
from ragapp.protocols import CacheStore

LEASE_SECONDS = 30.0
"""A maker that died is waited for no longer than this; one that lives renews it as it writes."""

_LOOKS_AGAIN_SECONDS = 0.03
_RENEWS_SECONDS = 5.0


class Turn:
    """One asker's turn at one entry. `waited` when somebody else was making it."""

    def __init__(self, store: CacheStore, entry_id: str) -> None:
        self._store = store
        self._entry_id = entry_id
        self._owner = uuid4().hex
        self._renewed = 0.0
        self.waited = False

    def take(self) -> None:
        """Returns when nobody else is making the entry, or after the longest a maker may be silent.

        Raises the error of a cancellation.
        """
        give_up = time.monotonic() + LEASE_SECONDS
        while not self._store.claim(self._entry_id, self._owner, LEASE_SECONDS):
            self.waited = True
            if time.monotonic() > give_up:
                return
            cancellation.current().wait(_LOOKS_AGAIN_SECONDS)
        self._renewed = time.monotonic()

    def renew(self) -> None:
        """To be called as the answer is being written; talks to the store every few seconds."""
        if time.monotonic() - self._renewed > _RENEWS_SECONDS:
            self._store.claim(self._entry_id, self._owner, LEASE_SECONDS)
            self._renewed = time.monotonic()

    def release(self) -> None:
        """For good: nothing is renewed from now on."""
        self._renewed = math.inf
        self._store.release(self._entry_id, self._owner)


@contextmanager
def turn_at(store: CacheStore, entry_id: str) -> Iterator[Turn]:
    turn = Turn(store, entry_id)
    turn.take()
    try:
        yield turn
    finally:
        turn.release()
