"""MCP over streamable HTTP, at `/mcp`: each request stands alone and is served as its own caller's."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from fastapi import APIRouter, FastAPI, Response
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from ragapp.api.http.dependencies import Service
from ragapp.api.mcp.backend import Backend, Call
from ragapp.api.mcp.server import build_server

_LIBRARY = "ragapp.library"
"""Where a request's scope holds the service as its caller may use it."""


class _Exchange(Response):
    """Lets the SDK answer the request, whose body nobody has read yet."""

    def __init__(self, sessions: StreamableHTTPSessionManager, library: Backend) -> None:
        super().__init__()
        self._sessions = sessions
        self._library = library

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._sessions.handle_request({**scope, _LIBRARY: self._library}, receive, send)


def mcp_router(*, may_ingest: bool) -> APIRouter:
    """The route, and the lifespan that the SDK's sessions need. For one application only.

    There are no sessions to keep: any replica can answer any request, and a key that is revoked is
    refused at once. Host and origin are checked for all routes alike, before this one.
    """
    server = build_server(_library_of, may_ingest=may_ingest)
    server.streamable_http_app(
        stateless_http=True,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    sessions = server.session_manager

    def lifespan(_: FastAPI) -> AbstractAsyncContextManager[None]:
        return sessions.run()

    router = APIRouter(lifespan=lifespan, tags=["mcp"])

    @router.post("/mcp", include_in_schema=False)
    def mcp(service: Service) -> Response:
        """A JSON-RPC message; the response is JSON or a stream of events."""
        return _Exchange(sessions, service)

    return router


def _library_of(call: Call) -> Backend:
    request = call.request_context.request
    assert isinstance(request, Request), "what comes over HTTP has a request"
    library: Backend = request.scope[_LIBRARY]
    return library
