"""Cancels the work on a request that must not be answered any more.

That is when the client has disconnected, when its key has been revoked or has expired, and when the server
shuts down. The work runs in threads, which check their `Cancellation`.
"""

from __future__ import annotations

import logging

import anyio
from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ragapp.api.http.authentication import OPEN_PATHS, caller_of
from ragapp.api.http.error_responses import problem_response
from ragapp.auth import Auth
from ragapp.errors import AuthenticationError, BusyError, RagappError
from ragapp.processes.cancellation import Cancellation, cancelled_by
from ragapp.types import Caller

log = logging.getLogger(__name__)

RECHECK_SECONDS = 2.0
"""How often the key of a running request is checked, and how long the work on a request whose key became
invalid may take to notice that before it is cut off."""


class Cancelling:
    """Must run after Authentication, which identifies the caller."""

    def __init__(self, app: ASGIApp, auth: Auth, recheck_seconds: float = RECHECK_SECONDS) -> None:
        self.app = app
        self.auth = auth
        self.recheck_seconds = recheck_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS:
            await self.app(scope, receive, send)
            return
        exchange = _Exchange(receive, send)
        error: Exception | None = None
        async with anyio.create_task_group() as beside:
            beside.start_soon(self._recheck, caller_of(Request(scope)), exchange, beside.cancel_scope)
            beside.start_soon(exchange.cancel_with_task)
            beside.start_soon(exchange.watch_for_disconnect)
            try:
                with cancelled_by(exchange.work):
                    await self.app(scope, exchange.receive, exchange.send)
            except Exception as raised:  # noqa: BLE001  a task group would wrap it
                error = raised
            beside.cancel_scope.cancel()
        if error is not None:
            raise error
        if exchange.revoked is not None and not exchange.has_responded:
            await problem_response(Request(scope), exchange.revoked)(scope, receive, send)

    async def _recheck(self, caller: Caller, exchange: _Exchange, request: anyio.CancelScope) -> None:
        while exchange.revoked is None:
            await anyio.sleep(self.recheck_seconds)
            try:
                await run_in_threadpool(self.auth.api_keys.recheck, caller)
            except AuthenticationError as error:
                exchange.revoked = error
                exchange.work.cancel(error)
            except RagappError as error:
                log.warning("Could not check whether a key is still valid: %s", error)
        await anyio.sleep(self.recheck_seconds)
        request.cancel()


class _Exchange:
    """A request, its response, and the work between them."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self.work = Cancellation()
        self.has_responded = False
        self.revoked: AuthenticationError | None = None
        self._receive = receive
        self._send = send
        self._all_received = anyio.Event()
        self._disconnected = anyio.Event()

    async def receive(self) -> Message:
        """Returns the body; once that is read, waits for the client to disconnect."""
        if self._all_received.is_set():
            await self._disconnected.wait()
            return {"type": "http.disconnect"}
        message = await self._receive()
        if not message.get("more_body", False):
            self._all_received.set()
        if message["type"] == "http.disconnect":
            self._disconnect()
        return message

    async def send(self, message: Message) -> None:
        self.has_responded = True
        await self._send(message)

    async def watch_for_disconnect(self) -> None:
        await self._all_received.wait()
        while not self._disconnected.is_set():
            if (await self._receive())["type"] == "http.disconnect":
                self._disconnect()

    async def cancel_with_task(self) -> None:
        """Cancels the work when the server cancels the task of the request, which it does when it stops."""
        try:
            await anyio.sleep_forever()
        finally:
            self.work.cancel(BusyError("The server is shutting down. Retry in a moment.", retry_after=5))

    def _disconnect(self) -> None:
        self._disconnected.set()
        self.work.cancel(BusyError("The client has disconnected."))
