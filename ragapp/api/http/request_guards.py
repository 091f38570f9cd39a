"""Middleware that guards every request before its route. Plain ASGI, so that streams stay streams."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ragapp.api.hosts import HostNames, is_cross_origin
from ragapp.api.http.error_responses import SECURITY_HEADERS, problem_response, request_id
from ragapp.errors import NotFoundError, UsageError

MAX_JSON_BYTES = 1024 * 1024

MULTIPART_OVERHEAD_BYTES = 256 * 1024
"""Allowance for the parts of an upload besides its files: boundaries, names and the metadata field."""

_UPLOADS = re.compile(r"/v1/collections/[^/]+/documents|/v1/evals/sets")
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class ResponseHeaders:
    """Adds security headers and the request id, which the log uses too, to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        identity = request_id(Request(scope))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update({**SECURITY_HEADERS, "X-Request-Id": identity})
            await send(message)

        await self.app(scope, receive, send_with_headers)


class BrowserGuard:
    """Keeps web pages from reaching this API through a visitor's browser.

    After DNS rebinding, the `Host` header still carries the name of the page. Forms and requests of other
    origins are recognized by `Origin` and `Sec-Fetch-Site`, which only browsers send.

    `host` is where the server listens, `allowed_hosts` are its other names, and `origins` are those whose
    pages may use the API.
    """

    def __init__(
        self, app: ASGIApp, host: str, allowed_hosts: Sequence[str] = (), origins: Sequence[str] = ()
    ) -> None:
        self.app = app
        self.names = HostNames(host, allowed_hosts)
        self.origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (rejection := self._rejection(scope["method"], Headers(scope=scope))):
            status, reason = rejection
            response = problem_response(Request(scope), UsageError(reason), status)
            await response(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _rejection(self, method: str, headers: Headers) -> tuple[HTTPStatus, str] | None:
        if not self.names.include(headers.get("host", "")):
            return (
                HTTPStatus.MISDIRECTED_REQUEST,
                "This server does not accept the name in `Host`. Use the address given as --host, or add the "
                "name to RAGAPP_ALLOWED_HOSTS.",
            )
        is_allowed = headers.get("origin") in self.origins
        if method not in _SAFE_METHODS and not is_allowed and is_cross_origin(headers):
            return (
                HTTPStatus.FORBIDDEN,
                "Web pages of other origins may not change anything here. Add the origin to "
                "RAGAPP_CORS_ORIGINS, or send the request from a program.",
            )
        return None


class PathGuard:
    """Rejects paths with an encoded slash, since decoding would turn a name into another route.

    Names of models contain a slash, and no other routes begin with them.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _has_encoded_slash(scope["raw_path"].lower()):
            error = NotFoundError(
                f"{scope['path']} does not exist. Names contain no slash; /openapi.json lists all paths."
            )
            await problem_response(Request(scope), error)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class BodyLimit:
    """Stops reading a request body at its limit, whatever its Content-Length says."""

    def __init__(self, app: ASGIApp, max_upload_bytes: int) -> None:
        self.app = app
        self.max_upload_bytes = max_upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_upload = _UPLOADS.fullmatch(scope["path"]) is not None
        limit = self.max_upload_bytes + MULTIPART_OVERHEAD_BYTES if is_upload else MAX_JSON_BYTES
        seen = 0

        async def receive_within_limit() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                # The framework lets only this exception through while it reads a body.
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, self._remedy(is_upload))
            return message

        await self.app(scope, receive_within_limit, send)

    def _remedy(self, is_upload: bool) -> str:
        if is_upload:
            return (
                f"The files of one request exceed {self.max_upload_bytes} bytes. Send them one by one, or "
                "raise RAGAPP_MAX_UPLOAD_BYTES."
            )
        return f"The request exceeds {MAX_JSON_BYTES} bytes. Upload documents as files instead."


def _has_encoded_slash(raw_path: bytes) -> bool:
    return b"%2f" in raw_path and not raw_path.startswith(b"/v1/models/")
