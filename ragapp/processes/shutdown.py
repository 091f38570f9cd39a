"""Shutdown by a deadline, whatever the threads of the process are blocked in.

A thread that waits for a disk, a server or a library cannot be ended, and Python waits for its threads. What
was accepted is safe at any moment: a process may be killed at every instruction and loses nothing.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

CUT_OFF = 1
"""The exit code of a process that did not end in time: some of the work failed."""
MOST_CLOSING = 5
"""Seconds of a deadline that are reserved for closing resources."""


def closing_seconds(seconds: int) -> int:
    """The seconds of a deadline that are reserved for closing. Work in progress may use the rest."""
    return min(MOST_CLOSING, seconds // 3)


class Deadline:
    """Ends the process `seconds` after `start`, unless it has ended before."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._until: float | None = None

    def start(self) -> None:
        """Starts the clock. Only the first call has an effect. May be called by a signal handler's thread."""
        with self._lock:
            if self._until is not None:
                return
            self._until = time.monotonic() + self._seconds
        threading.Thread(target=self._wait, name="shutdown-deadline", daemon=True).start()

    def left(self) -> float:
        """The seconds left; all of them before the start."""
        return self._seconds if self._until is None else max(0.0, self._until - time.monotonic())

    def _wait(self) -> None:
        time.sleep(self._seconds)
        busy = sorted(one.name for one in threading.enumerate() if not one.daemon)
        log.warning("Cut off after RAGAPP_SHUTDOWN_SECONDS (%.0f s): %s", self._seconds, ", ".join(busy))
        for stream in (sys.stderr, sys.stdout):
            stream.flush()
        os._exit(CUT_OFF)


def on_signal(start: Callable[[], None], *signals: signal.Signals) -> None:
    """Calls `start` in a thread of its own when one of these signals, which Python already handles, arrives.

    Python runs a signal's handler in the main thread once that is back from whatever it is in, which may be a
    library that computes for minutes. The number of the signal is written to a socket at once.
    """
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)

    def watch(keep: socket.socket = theirs) -> None:  # noqa: ARG001  closed, it could not be written to
        while received := ours.recv(64):
            if any(number in signals for number in received):
                start()

    threading.Thread(target=watch, name="signals", daemon=True).start()
