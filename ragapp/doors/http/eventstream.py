"""Server-sent events from a generator that runs in threads and is closed when its reader goes away."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from threading import Lock
from typing import TypeVar

import anyio
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Send

from ragapp import cancellation
from ragapp.doors.wire import encode
from ragapp.errors import BusyError

T = TypeVar("T")

KEEPALIVE_SECONDS = 10.0
"""Proxies and clients give up on a silent connection, commonly after a minute; a model may think longer."""


def frame(event: str, kind: type[T], value: T) -> bytes:
    """One event: its name, and its data as JSON."""
    return format_sse_event(event=event, data_str=encode(kind, value).decode())


class EventStream(StreamingResponse):
    """Sends frames as the generator makes them.

    The base class cancels the sending when the reader goes away. The work is then cancelled too, so that a
    model does not write on for nobody, and the generator closed once its thread has noticed.
    """

    media_type = "text/event-stream"

    def __init__(
        self, frames: Generator[bytes, None, None], *, keepalive_seconds: float = KEEPALIVE_SECONDS
    ) -> None:
        super().__init__(frames)
        self._frames = frames
        self._making = Lock()
        self._keepalive_seconds = keepalive_seconds
        self.headers["X-Accel-Buffering"] = "no"  # nginx would hold events back

    async def stream_response(self, send: Send) -> None:
        try:
            await send(
                {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
            )
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._keep_alive, send)
                async for piece in iterate_in_threadpool(self._one_by_one()):
                    await _send_piece(send, piece)
                tasks.cancel_scope.cancel()
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            cancellation.current().cancel(BusyError("Nobody reads the answer any more."))
            with anyio.CancelScope(shield=True):
                await run_in_threadpool(self._close)

    def _one_by_one(self) -> Iterator[bytes]:
        """The frames, none of which is being made when `_close` closes the generator."""
        while True:
            with self._making:
                piece = next(self._frames, None)
            if piece is None:
                return
            yield piece

    def _close(self) -> None:
        with self._making:
            self._frames.close()

    async def _keep_alive(self, send: Send) -> None:
        while True:
            await anyio.sleep(self._keepalive_seconds)
            await _send_piece(send, KEEPALIVE_COMMENT)


async def _send_piece(send: Send, piece: bytes) -> None:
    await send({"type": "http.response.body", "body": piece, "more_body": True})
