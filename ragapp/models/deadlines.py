"""Deadlines for a model: its stream is read in a thread that can be abandoned.

The timeout of an HTTP client counts from one read to the next. A server that sends comments, headers or pings
keeps such a client waiting forever, and a thread that waits for bytes cannot be stopped. So a thread of its
own reads the stream, and the consumer waits for it until a deadline. Then the consumer shuts the connection
down, which also ends the reading thread.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import httpx

from ragapp.processes import cancellation

T = TypeVar("T")

READ_AHEAD = 64
"""Pieces that are read before the consumer takes the first of them."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds until the first token, from one token to the next, and for the whole answer."""

    first: float
    between: float
    whole: float


class Connections:
    """The connections of a request, so that another thread can shut them down.

    Closing a socket does not wake a thread that reads from it; shutting it down does.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._is_shut_down = False

    def watch(self, request: httpx.Request) -> None:
        """An httpx event hook that collects the connections opened for the request."""
        request.extensions["trace"] = self._record_event

    def shut_down(self) -> None:
        """Shuts down the open connections, and those that are still being opened once they are."""
        with self._lock:
            self._is_shut_down = True
            for one in self._sockets:
                _shut_down(one)

    def _record_event(self, event: str, info: dict[str, Any]) -> None:
        """See https://www.encode.io/httpcore/extensions/#trace for the events."""
        if not event.endswith(("connect_tcp.complete", "start_tls.complete")):
            return
        with self._lock:
            self._sockets.append(info["return_value"].get_extra_info("socket"))
            if self._is_shut_down:
                _shut_down(self._sockets[-1])


def in_time(
    open_stream: Callable[[Connections], Generator[T, None, None]],
    deadlines: Deadlines,
    until: float,
    has_content: Callable[[T], bool],
) -> Generator[T, None, None]:
    """The pieces of a stream, which is opened and read in another thread; closing this closes the stream.

    `until` is the deadline of the whole stream, by time.monotonic. Pieces without content are passed on, but
    do not extend a deadline. Raises TimeoutError, the stream's own errors, and that of a cancellation.
    """
    reading = _Reading(open_stream)
    work = cancellation.current()
    with work.waking(reading.stop):
        try:
            token_by, setting = time.monotonic() + deadlines.first, "RAGAPP_GENERATOR_FIRST_TOKEN_SECONDS"
            while True:
                try:
                    piece = reading.next(min(token_by, until))
                except TimeoutError:
                    setting = setting if token_by < until else "RAGAPP_GENERATOR_SECONDS"
                    raise TimeoutError(f"it took longer than {setting} allows") from None
                work.check()
                if piece is None:
                    return
                yield piece[0]
                if has_content(piece[0]):
                    token_by, setting = time.monotonic() + deadlines.between, "RAGAPP_GENERATOR_TIMEOUT"
        finally:
            reading.stop()


class _Reading(Generic[T]):
    """A thread that reads a stream ahead of the consumer."""

    def __init__(self, open_stream: Callable[[Connections], Generator[T, None, None]]) -> None:
        self._open_stream = open_stream
        self._connections = Connections()
        self._changed = threading.Condition()
        self._pieces: deque[T] = deque()
        self._over = False
        self._stopped = False
        self._error: BaseException | None = None
        work = copy_context()
        threading.Thread(target=work.run, args=(self._read,), name="model-stream", daemon=True).start()

    def next(self, until: float) -> tuple[T] | None:
        """The next piece; None at the end of the stream, and after `stop`.

        Raises TimeoutError when there is none until then, and the stream's own errors.
        """
        with self._changed:
            while not self._pieces and not self._over and not self._stopped:
                left = until - time.monotonic()
                if left <= 0:
                    raise TimeoutError
                self._changed.wait(left)
            if self._stopped:
                return None
            if self._pieces:
                self._changed.notify_all()
                return (self._pieces.popleft(),)
        if self._error is not None:
            raise self._error
        return None

    def stop(self) -> None:
        """Ends the reading, whatever it waits for, and wakes the consumer."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._connections.shut_down()

    def _read(self) -> None:
        try:
            with closing(self._open_stream(self._connections)) as pieces:
                for piece in pieces:
                    if not self._push(piece):
                        break
        except BaseException as error:  # noqa: BLE001  raised again in the consumer's thread
            self._error = error
        finally:
            with self._changed:
                self._over = True
                self._changed.notify_all()

    def _push(self, piece: T) -> bool:
        """Returns whether the consumer wants more."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._pieces) < READ_AHEAD or self._stopped)
            self._pieces.append(piece)
            self._changed.notify_all()
            return not self._stopped


def _shut_down(one: socket.socket) -> None:
    with suppress(OSError):  # it was already closed
        one.shutdown(socket.SHUT_RDWR)
