"""Telemetry of every request: metrics, a span, a log line, and its id in everything logged for it."""

from __future__ import annotations

import logging
from http import HTTPMethod
from time import perf_counter

from fastapi import Request
from opentelemetry.trace import Span, SpanKind, StatusCode
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ragapp.api.http.error_responses import request_id
from ragapp.telemetry.logs import LogContext, within
from ragapp.telemetry.observer import Telemetry

log = logging.getLogger(__name__)

UNMATCHED = "(none)"
"""The route label of unknown paths, of which callers could invent any number."""
METHODS = frozenset(HTTPMethod)
OTHER_METHOD = "_OTHER"
"""OpenTelemetry's name for unknown methods, of which callers could invent any number."""

PROBES = {"/healthz", "/readyz", "/metrics"}
"""Paths that are requested every few seconds, and so are logged at debug level."""


class RequestTelemetry:
    """Plain ASGI, so that a stream is measured until its end."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        self.app = app
        self.telemetry = telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        identity, method = request_id(Request(scope)), _method(scope)
        attributes = {"http.request.method": method, "url.path": scope["path"], "ragapp.request.id": identity}
        parent = Headers(scope=scope).get("traceparent", "")
        with (
            within(LogContext(request_id=identity)),
            self.telemetry.tracing.span(method, attributes, kind=SpanKind.SERVER, traceparent=parent) as span,
        ):
            await self._measured(scope, receive, send, span)

    async def _measured(self, scope: Scope, receive: Receive, send: Send, span: Span) -> None:
        started, status = perf_counter(), 500  # for requests that end without a response

        async def send_noting_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_noting_status)
        finally:
            self._report(scope, status, perf_counter() - started, span)

    def _report(self, scope: Scope, status: int, seconds: float, span: Span) -> None:
        method, route = _method(scope), _route(scope)
        metrics = self.telemetry.metrics
        metrics.requests.labels(method, route, str(status)).inc()
        metrics.request_seconds.labels(method, route).observe(seconds)
        span.update_name(f"{method} {route}")
        span.set_attribute("http.route", route)
        span.set_attribute("http.response.status_code", status)
        if status >= 500:
            span.set_status(StatusCode.ERROR)
        level = logging.DEBUG if route in PROBES else logging.INFO
        log.log(level, "%s %s %d in %.0f ms", method, scope["path"], status, seconds * 1000)


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in METHODS else OTHER_METHOD


def _route(scope: Scope) -> str:
    """The template of the path, such as `/v1/jobs/{document_id}`."""
    return getattr(scope.get("route"), "path", UNMATCHED)
