"""Authentication: identifies the caller of a request before any route sees it."""

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
"""Paths for probes, which have no key."""

_PROXIED = ("forwarded", "x-forwarded-for", "x-real-ip")


class Authentication:
    """Admits callers with a valid API key and, as long as no key has been created, callers on this machine.

    Counts each request against the caller's quota. `caller_of` returns the caller to routes.
    """

    def __init__(self, app: ASGIApp, auth: Auth) -> None:
        self.app = app
        self.auth = auth

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS:
            await self.app(scope, receive, send)
            return
        try:
            # Verifying a key reads the database.
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
        is_local = is_loopback(address) and not _is_proxied(headers)
        caller = self.auth.api_keys.caller(_secret(headers), address=address, loopback=is_local)
        self.auth.quotas.request(caller)
        return caller


def caller_of(request: Request) -> Caller:
    """The caller of an authenticated request."""
    caller: Caller = request.state.caller
    return caller


def _is_proxied(headers: Headers) -> bool:
    """Whether a proxy forwarded the request. Such requests also come from loopback, but on behalf of anyone:
    they carry another host name or a forwarding header."""
    addressed = host_name(headers.get("host", ""))
    return not is_loopback(addressed or "") or any(name in headers for name in _PROXIED)


def _secret(headers: Headers) -> str | None:
    """The bearer token; None without an `Authorization` header, and empty for other schemes."""
    given = headers.get("authorization")
    if given is None:
        return None
    scheme, _, secret = given.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""
