"""Admission control: limits how many requests are handled at once. Others wait briefly, or get 503.

Without a limit, every question slows down all others until clients give up on all of them. With a limit,
admitted requests run at full speed, and rejecting the rest costs almost nothing.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from math import ceil
from time import perf_counter

import anyio
import anyio.to_thread
from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from ragapp.api.http.error_responses import problem_response
from ragapp.errors import BusyError
from ragapp.settings import Settings
from ragapp.telemetry.metrics import Metrics

LONGEST_RETRY = 60
"""Largest `Retry-After`, in seconds."""
COUNT_SECONDS = 1.0
"""How long a count of the queue is reused."""
SMOOTHING = 0.1
"""Weight of the latest request in the moving average of their durations."""

_LIMITED = {
    "question": re.compile(r"/v1/ask|/v1/chat/completions|/mcp/?"),
    "search": re.compile(r"/v1/search"),
    "upload": re.compile(r"/v1/collections/[^/]+/documents"),
}


class Gate:
    """Admits `at_once` requests of a kind. Up to `waiting` more may wait, in order of arrival."""

    def __init__(self, kind: str, at_once: int, waiting: int, seconds: float, metrics: Metrics) -> None:
        """`seconds` is how long a request may wait."""
        self._kind = kind
        self._at_once = at_once
        self._most_waiting = waiting
        self._seconds = seconds
        self._slots = anyio.Semaphore(at_once)
        self._waiting = 0
        self._rejected = 0
        self._mean_seconds = 0.0
        self._running_now = metrics.admitted.labels(kind)
        self._waiting_now = metrics.queued.labels(kind)
        self._rejections = metrics.turned_away.labels(kind)

    @asynccontextmanager
    async def admitted(self) -> AsyncIterator[None]:
        """Admits a request while the block runs.

        Raises BusyError if too many wait, or this one has waited too long.
        """
        await self._enter()
        started = perf_counter()
        try:
            with self._running_now.track_inprogress():
                yield
        finally:
            self._slots.release()
            self._rejected = max(0, self._rejected - 1) if self._waiting else 0
            self._mean_seconds += SMOOTHING * (perf_counter() - started - self._mean_seconds)

    async def _enter(self) -> None:
        try:
            self._slots.acquire_nowait()
        except anyio.WouldBlock:
            await self._wait()

    async def _wait(self) -> None:
        if self._waiting >= self._most_waiting:
            raise self._busy()
        self._waiting += 1
        try:
            with self._waiting_now.track_inprogress(), anyio.fail_after(self._seconds):
                await self._slots.acquire()
        except TimeoutError:
            raise self._busy() from None
        finally:
            self._waiting -= 1

    def _busy(self) -> BusyError:
        """Spreads the retries: each is asked to come back after the requests before it."""
        self._rejections.inc()
        self._rejected += 1
        expected = ceil((self._waiting + self._rejected) * self._mean_seconds / self._at_once)
        seconds = min(max(1, expected), LONGEST_RETRY)
        return BusyError(
            f"The server handles {self._at_once} requests of this kind ({self._kind}) and {self._waiting} "
            f"wait. Retry in {seconds} s, or raise the limits in the settings.",
            retry_after=seconds,
        )


class QueueLimit:
    """Rejects uploads while the queue is full. `count` queries the database, at most once a second."""

    def __init__(self, count: Callable[[], int], most: int) -> None:
        self._count = count
        self._most = most
        self._waiting = 0
        self._counted_at = -COUNT_SECONDS

    async def check(self) -> None:
        """Raises BusyError if too many documents wait in the queue."""
        if perf_counter() - self._counted_at >= COUNT_SECONDS:
            self._counted_at = perf_counter()
            self._waiting = await anyio.to_thread.run_sync(self._count)
        if self._waiting >= self._most:
            raise BusyError(
                f"The ingest queue is full: {self._waiting} documents wait, and the limit is {self._most}. "
                "Retry when some are done, start more workers, or raise RAGAPP_MAX_QUEUE.",
                retry_after=LONGEST_RETRY,
            )


class Admission:
    """Applies the limits to questions, searches and uploads. `waiting` counts the documents in the queue."""

    def __init__(
        self, app: ASGIApp, settings: Settings, metrics: Metrics, waiting: Callable[[], int]
    ) -> None:
        self.app = app
        self._backlog = QueueLimit(waiting, settings.max_queue)
        at_once = {
            "question": settings.max_questions,
            "search": settings.max_searches,
            "upload": settings.max_uploads,
        }
        self._threads = settings.request_threads
        self._gates = {
            kind: Gate(kind, count, settings.max_waiting, settings.wait_seconds, metrics)
            for kind, count in at_once.items()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":  # the event loop runs, and no request has come yet
            anyio.to_thread.current_default_thread_limiter().total_tokens = self._threads
        kind = _kind(scope)
        if kind is None:
            await self.app(scope, receive, send)
            return
        try:
            async with self._gates[kind].admitted():
                if kind == "upload":
                    await self._backlog.check()
                await self.app(scope, receive, send)
        except BusyError as error:
            await problem_response(Request(scope), error)(scope, receive, send)


def _kind(scope: Scope) -> str | None:
    """The kind of request, if it is limited."""
    if scope["type"] != "http" or scope["method"] != "POST":
        return None
    return next((kind for kind, paths in _LIMITED.items() if paths.fullmatch(scope["path"])), None)
