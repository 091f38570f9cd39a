"""Rejects requests that web pages of other origins send through a visitor's browser."""

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
    "This server does not accept the name in `Host`. Use the address given as --host, or add the name with "
    "--name.\n"
)
_WRONG_ORIGIN: Final = "Web pages of other origins may not change anything here. Open this page itself.\n"


class OriginGuard:
    """ASGI middleware that applies the rules of the API for `Host` and `Origin`, also to WebSockets.

    Streamlit's own check accepts WebSockets from any port of this machine, so that any program that serves
    web pages here could act as the signed-in user.
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
