"""What every request passes before a route sees it. Plain ASGI, so that streams stay streams."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ragapp.api.hosts import HostNames, from_elsewhere
from ragapp.api.http.error_responses import SECURITY_HEADERS, problem_response, request_id
from ragapp.errors import NotFoundError, UsageError

MAX_JSON_BYTES = 1024 * 1024

MULTIPART_OVERHEAD_BYTES = 256 * 1024
"""Room for what surrounds the files of an upload: boundaries, names and the metadata field."""

_UPLOADS = re.compile(r"/v1/collections/[^/]+/documents|/v1/evals/sets")
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class ResponseHeaders:
    """Gives every response its security headers and the id under which the log speaks of its request."""

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
    """Keeps web pages from using a visitor's browser to reach this API.

    A page whose own name was made to resolve to this machine (DNS rebinding) still says that name in
    `Host`; a page of another origin that sends a form or a request is told apart by `Origin` and
    `Sec-Fetch-Site`. Programs that are not browsers send neither and pass.

    `host` is where the server listens, `allowed_hosts` are other names of its, `origins` those whose pages
    are let in.
    """

    def __init__(
        self, app: ASGIApp, host: str, allowed_hosts: Sequence[str] = (), origins: Sequence[str] = ()
    ) -> None:
        self.app = app
        self.names = HostNames(host, allowed_hosts)
        self.origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (refusal := self._refusal(scope["method"], Headers(scope=scope))):
            status, reason = refusal
            response = problem_response(Request(scope), UsageError(reason), status)
            await response(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _refusal(self, method: str, headers: Headers) -> tuple[HTTPStatus, str] | None:
        if not self.names.include(headers.get("host", "")):
            return (
                HTTPStatus.MISDIRECTED_REQUEST,
                "This server does not go by the name in `Host`. Address it as it was started (--host), or "
                "let it know its other names in RAGAPP_ALLOWED_HOSTS.",
            )
        let_in = headers.get("origin") in self.origins
        if method not in _SAFE_METHODS and not let_in and from_elsewhere(headers):
            return (
                HTTPStatus.FORBIDDEN,
                "A web page of another origin may not change anything here. Send the request from a "
                "program, or from a page of this origin.",
            )
        return None


class PathGuard:
    """Finds nothing at a path with an encoded slash: decoded, a name would turn into another route.

    The name of a model has a slash in it, and nothing else lies behind those names.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _hides_a_slash(scope["raw_path"].lower()):
            error = NotFoundError(f"There is nothing at {scope['path']}: no name here has a slash in it.")
            await problem_response(Request(scope), error)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class BodyLimit:
    """Stops reading a body at its limit, whatever its Content-Length says."""

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
                # The framework lets this class through while it reads a body, and no other.
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, self._remedy(is_upload))
            return message

        await self.app(scope, receive_within_limit, send)

    def _remedy(self, is_upload: bool) -> str:
        if is_upload:
            return (
                f"The files of one request may have {self.max_upload_bytes} bytes in all. Send them one by "
                "one, or raise RAGAPP_MAX_UPLOAD_BYTES."
            )
        return f"This request may have {MAX_JSON_BYTES} bytes. Send documents as files instead."


def _hides_a_slash(raw_path: bytes) -> bool:
    return b"%2f" in raw_path and not raw_path.startswith(b"/v1/models/")
