"""Server-sent events from a generator that runs in threads and is closed when the client disconnects."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from threading import Lock
from typing import TypeVar

import anyio
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Send

from ragapp.api.schemas import encode
from ragapp.errors import BusyError
from ragapp.processes import cancellation

T = TypeVar("T")

KEEPALIVE_SECONDS = 10.0
"""Proxies and clients commonly close a silent connection after a minute; a model may take longer."""


def frame(event: str, kind: type[T], value: T) -> bytes:
    """One event: its name, and its data as JSON."""
    return format_sse_event(event=event, data_str=encode(kind, value).decode())


class EventStream(StreamingResponse):
    """Sends frames as the generator yields them.

    The base class cancels the sending when the client disconnects. The work is then cancelled too, so that a
    model does not go on generating, and the generator is closed once its thread has noticed.
    """

    media_type = "text/event-stream"

    def __init__(
        self, frames: Generator[bytes, None, None], *, keepalive_seconds: float = KEEPALIVE_SECONDS
    ) -> None:
        super().__init__(frames)
        self._frames = frames
        self._advancing = Lock()
        self._keepalive_seconds = keepalive_seconds
        self.headers["X-Accel-Buffering"] = "no"  # keeps nginx from buffering events

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
            cancellation.current().cancel(BusyError("The client has disconnected."))
            with anyio.CancelScope(shield=True):
                await run_in_threadpool(self._close)

    def _one_by_one(self) -> Iterator[bytes]:
        """The frames. The lock keeps `_close` from closing the generator while it runs."""
        while True:
            with self._advancing:
                piece = next(self._frames, None)
            if piece is None:
                return
            yield piece

    def _close(self) -> None:
        with self._advancing:
            self._frames.close()

    async def _keep_alive(self, send: Send) -> None:
        while True:
            await anyio.sleep(self._keepalive_seconds)
            await _send_piece(send, KEEPALIVE_COMMENT)


async def _send_piece(send: Send, piece: bytes) -> None:
    await send({"type": "http.response.body", "body": piece, "more_body": True})
