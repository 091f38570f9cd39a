"""Who sends a request: decided once, before any route or mounted app sees it."""

from __future__ import annotations

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from ragapp.api.hosts import host_name, is_loopback
from ragapp.api.http.error_responses import problem_response
from ragapp.auth import Auth
from ragapp.errors import AuthenticationError, RagappError
from ragapp.types import Caller

OPEN_PATHS = frozenset({"/healthz", "/readyz"})
"""For probes, which have no key."""

_PROXIED = ("forwarded", "x-forwarded-for", "x-real-ip")


class Authentication:
    """Lets through whom a key names, and the person at the machine while there is no key; counts requests.

    `caller_of` tells a route who it was.
    """

    def __init__(self, app: ASGIApp, auth: Auth) -> None:
        self.app = app
        self.auth = auth

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS:
            await self.app(scope, receive, send)
            return
        try:
            # Reading the key is reading the database.
            caller = await run_in_threadpool(self._admit, scope)
        except RagappError as error:
            response = problem_response(Request(scope), error)
            if isinstance(error, AuthenticationError):
                response.headers["WWW-Authenticate"] = 'Bearer realm="ragapp"'
            await response(scope, receive, send)
        else:
            scope.setdefault("state", {})["caller"] = caller
            await self.app(scope, receive, send)

    def _admit(self, scope: Scope) -> Caller:
        """Raises AuthenticationError, QuotaError."""
        headers = Headers(scope=scope)
        address = scope["client"][0] if scope.get("client") else ""
        at_the_machine = is_loopback(address) and not _handed_on(headers)
        caller = self.auth.api_keys.caller(_secret(headers), address=address, loopback=at_the_machine)
        self.auth.quotas.request(caller)
        return caller


def caller_of(request: Request) -> Caller:
    """Who sent a request that Authentication let through."""
    caller: Caller = request.state.caller
    return caller


def _handed_on(headers: Headers) -> bool:
    """What a proxy hands on comes from loopback too, and from anybody: it was addressed to another name,
    or tells whom it is for."""
    asked_for = host_name(headers.get("host", ""))
    return not is_loopback(asked_for or "") or any(name in headers for name in _PROXIED)


def _secret(headers: Headers) -> str | None:
    """None when there is no `Authorization` at all; what is not a bearer's is a wrong key."""
    given = headers.get("authorization")
    if given is None:
        return None
    scheme, _, secret = given.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""
