"""Ends the work on a request that nobody may have answered any more.

That is when whoever asked has left, when their key was revoked or has expired meanwhile, and when the server
ends the request because it stops. The work is done by threads, which look at their `Cancellation`.
"""

from __future__ import annotations

import logging

import anyio
from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ragapp.callers import Callers
from ragapp.cancellation import Cancellation, cancelled_by
from ragapp.doors.http.authentication import OPEN_PATHS, caller_of
from ragapp.doors.http.refusals import problem_response
from ragapp.errors import AuthenticationError, BusyError, RagappError
from ragapp.types import Caller

log = logging.getLogger(__name__)

RECHECK_SECONDS = 2.0
"""How often it is looked up whether the key of a request that takes long is still valid; and how long the
work on one that is not may take to notice before it is cut off."""


class Cancelling:
    """To be placed behind Authentication, which says whose request it is."""

    def __init__(self, app: ASGIApp, callers: Callers, recheck_seconds: float = RECHECK_SECONDS) -> None:
        self.app = app
        self.callers = callers
        self.recheck_seconds = recheck_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS:
            await self.app(scope, receive, send)
            return
        exchange = _Exchange(receive, send)
        error: Exception | None = None
        async with anyio.create_task_group() as beside:
            beside.start_soon(self._recheck, caller_of(Request(scope)), exchange, beside.cancel_scope)
            beside.start_soon(exchange.end_with_its_task)
            beside.start_soon(exchange.notice_departure)
            try:
                with cancelled_by(exchange.work):
                    await self.app(scope, exchange.receive, exchange.send)
            except Exception as raised:  # noqa: BLE001  a task group would wrap it
                error = raised
            beside.cancel_scope.cancel()
        if error is not None:
            raise error
        if exchange.revoked is not None and not exchange.answering:
            await problem_response(Request(scope), exchange.revoked)(scope, receive, send)

    async def _recheck(self, caller: Caller, exchange: _Exchange, request: anyio.CancelScope) -> None:
        while exchange.revoked is None:
            await anyio.sleep(self.recheck_seconds)
            try:
                await run_in_threadpool(self.callers.keyring.recheck, caller)
            except AuthenticationError as error:
                exchange.revoked = error
                exchange.work.cancel(error)
            except RagappError as error:
                log.warning("It could not be looked up whether a key is still valid: %s", error)
        await anyio.sleep(self.recheck_seconds)
        request.cancel()


class _Exchange:
    """A request and its response, and the work that is done between them."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self.work = Cancellation()
        self.answering = False
        self.revoked: AuthenticationError | None = None
        self._receive = receive
        self._send = send
        self._all_received = anyio.Event()
        self._left = anyio.Event()

    async def receive(self) -> Message:
        """The body; then, once that is read, waits for the end of the connection, which is noticed here."""
        if self._all_received.is_set():
            await self._left.wait()
            return {"type": "http.disconnect"}
        message = await self._receive()
        if not message.get("more_body", False):
            self._all_received.set()
        if message["type"] == "http.disconnect":
            self._leave()
        return message

    async def send(self, message: Message) -> None:
        self.answering = True
        await self._send(message)

    async def notice_departure(self) -> None:
        await self._all_received.wait()
        while not self._left.is_set():
            if (await self._receive())["type"] == "http.disconnect":
                self._leave()

    async def end_with_its_task(self) -> None:
        """The server cancels a request's task when it stops."""
        try:
            await anyio.sleep_forever()
        finally:
            self.work.cancel(BusyError("The server is being stopped. Ask again in a moment.", retry_after=5))

    def _leave(self) -> None:
        self._left.set()
        self.work.cancel(BusyError("Whoever asked has left."))
