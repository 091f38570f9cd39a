"""Keeps pages of other origins from using a visitor's browser to reach this one."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ragapp.api.hosts import HostNames, is_cross_origin

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_POLICY_VIOLATION: Final = 1008

_WRONG_NAME: Final = (
    "This page does not go by the name in `Host`. Address it as it was started (--host), or let it know its "
    "other names (--name).\n"
)
_WRONG_ORIGIN: Final = "A web page of another origin may not change anything here.\n"


class OriginGuard:
    """ASGI middleware with the API's rules for `Host` and `Origin`, for WebSockets too.

    Streamlit's own check of WebSockets takes any port of this machine as origin, so that any program that
    serves pages here could speak for whoever is signed in.
    """

    def __init__(self, app: ASGIApp, host: str, names: Sequence[str] = ()) -> None:
        self._app = app
        self._names = HostNames(host, names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        changes = scope["type"] == "websocket" or scope["method"] not in _SAFE_METHODS
        if not self._names.include(headers.get("host", "")):
            await _refuse(HTTPStatus.MISDIRECTED_REQUEST, _WRONG_NAME, scope, receive, send)
        elif changes and is_cross_origin(headers):
            await _refuse(HTTPStatus.FORBIDDEN, _WRONG_ORIGIN, scope, receive, send)
        else:
            await self._app(scope, receive, send)


async def _refuse(status: HTTPStatus, why: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": ""})
    else:
        await PlainTextResponse(why, status)(scope, receive, send)
