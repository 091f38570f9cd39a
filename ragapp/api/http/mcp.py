"""MCP over streamable HTTP at `/mcp`. Requests are stateless, and each runs with its caller's rights."""

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

_SERVICE = "ragapp.service"
"""The key under which a request's scope holds the service authorized for its caller."""


class _Exchange(Response):
    """Lets the MCP SDK answer a request whose body has not been read yet."""

    def __init__(self, sessions: StreamableHTTPSessionManager, service: Backend) -> None:
        super().__init__()
        self._sessions = sessions
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._sessions.handle_request({**scope, _SERVICE: self._service}, receive, send)


def mcp_router(*, may_ingest: bool) -> APIRouter:
    """The route, with the lifespan that the SDK's session manager needs. For one application only.

    No session outlives a request: any replica can answer any request, and a revoked key is rejected at once.
    Middleware checks the host and origin of all routes, so the SDK does not.
    """
    server = build_server(_service_of, may_ingest=may_ingest)
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
        """Accept a JSON-RPC message and respond with JSON or a stream of events."""
        return _Exchange(sessions, service)

    return router


def _service_of(call: Call) -> Backend:
    request = call.request_context.request
    assert isinstance(request, Request), "calls over HTTP have a request"
    service: Backend = request.scope[_SERVICE]
    return service
