"""Cooperative cancellation: a thread cannot be interrupted from outside, so it checks for itself.

Whoever starts the work on someone's behalf makes a `Cancellation` and puts it into the context; code that
may block for long asks `current()` for it and either looks at it between two steps (`check`, `wait`) or says
what would wake it up (`waking`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ragapp.errors import RagappError


class Cancellation:
    """A flag that is set once, with the error that the cancelled work ends with. Safe to share between
    threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._set = threading.Event()
        self._error: RagappError | None = None
        self._wakers: set[Callable[[], None]] = set()

    def cancel(self, error: RagappError) -> None:
        """Cancels the work with that error. Only the first call has an effect."""
        with self._lock:
            if self._set.is_set():
                return
            self._error = error
            self._set.set()
            wakers = list(self._wakers)
        for wake in wakers:
            wake()

    def check(self) -> None:
        """Raises the error that the work was cancelled with, if it was."""
        if self._error is not None:
            raise self._error

    def wait(self, seconds: float) -> None:
        """Sleeps for `seconds`. Raises as `check` does, at once when the work is cancelled meanwhile."""
        self._set.wait(seconds)
        self.check()

    @contextmanager
    def waking(self, wake: Callable[[], None]) -> Iterator[None]:
        """Calls `wake` from another thread when the work is cancelled within the block or was before.

        `wake` must return quickly: the server's event loop may call it.
        """
        with self._lock:
            self._wakers.add(wake)
        try:
            if self._set.is_set():
                wake()
            yield
        finally:
            with self._lock:
                self._wakers.discard(wake)


_CURRENT: ContextVar[Cancellation | None] = ContextVar("cancellation", default=None)


def current() -> Cancellation:
    """The cancellation of the current work; if there is none, one that is never set."""
    return _CURRENT.get() or Cancellation()


@contextmanager
def cancelled_by(cancellation: Cancellation) -> Iterator[None]:
    """Makes `cancellation` current in the block and in threads that start with a copy of its context."""
    before = _CURRENT.set(cancellation)
    try:
        yield
    finally:
        _CURRENT.reset(before)
