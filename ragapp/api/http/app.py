"""The FastAPI application: routes, middleware and error handlers around one service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from ragapp import __version__
from ragapp.api.http import (
    admin,
    chat,
    collections,
    documents,
    evals,
    health,
    history,
    jobs,
    keys,
    pages,
    questions,
    tables,
    tasks,
    uploads,
)
from ragapp.api.http.admission import Admission
from ragapp.api.http.authentication import Authentication
from ragapp.api.http.cancelling import Cancelling
from ragapp.api.http.description import CONTACT, DESCRIPTION, LICENCE, SERVERS, TAGS, DescribedAPI
from ragapp.api.http.error_responses import PROBLEM_RESPONSES, install_problem_handlers
from ragapp.api.http.mcp import mcp_router
from ragapp.api.http.request_guards import BodyLimit, BrowserGuard, PathGuard, ResponseHeaders
from ragapp.api.http.request_telemetry import RequestTelemetry
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.telemetry.metrics import Metrics, StateCollector
from ragapp.telemetry.observer import Telemetry
from ragapp.telemetry.tracing import Tracing
from ragapp.types import CacheStats, QueueDepth

ROUTE_MODULES = (
    collections,
    documents,
    pages,
    tables,
    uploads,
    jobs,
    questions,
    chat,
    history,
    health,
    admin,
    keys,
    tasks,
    evals,
)


def create_app(
    service: RagService,
    settings: Settings,
    host: str = "127.0.0.1",
    telemetry: Telemetry | None = None,
    stopping: Event | None = None,
) -> FastAPI:
    """The API over `service`, which the caller closes.

    It serves only requests addressed to loopback, to `host` or to RAGAPP_ALLOWED_HOSTS. Once `stopping` is
    set, the remaining documents of an upload are rejected. FastAPI's interactive documentation is off, since
    its pages load scripts from other sites.
    """
    app = DescribedAPI(
        title="ragapp",
        summary="Answers from your own documents, with a verified citation for every sentence.",
        description=DESCRIPTION,
        version=__version__,
        contact=CONTACT,
        license_info=LICENCE,
        servers=SERVERS,
        openapi_tags=TAGS,
        separate_input_output_schemas=False,  # so that generated clients have one class for each schema
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=PROBLEM_RESPONSES,
        generate_unique_id_function=_operation_id,
    )
    app.state.service = service
    app.state.stopping = stopping or Event()
    app.state.transcribed = bool(settings.transcriber)
    app.state.telemetry = telemetry = telemetry or Telemetry(Metrics(), Tracing())

    def cache_stats() -> CacheStats:
        return service.cache.stats()  # raises when the cache is disabled

    telemetry.metrics.collect_from(StateCollector(service.queue_depths, cache_stats))
    for module in ROUTE_MODULES:
        app.include_router(module.router)
    app.include_router(mcp_router(may_ingest=settings.mcp_ingest))
    install_problem_handlers(app)
    # Middleware added last sees a request first.
    app.add_middleware(BodyLimit, max_upload_bytes=settings.max_upload_bytes)
    app.add_middleware(
        Admission, settings=settings, metrics=telemetry.metrics, waiting=_waiting(service.queue_depths)
    )
    app.add_middleware(PathGuard)
    app.add_middleware(Cancelling, auth=service.auth)
    app.add_middleware(Authentication, auth=service.auth)
    app.add_middleware(
        BrowserGuard, host=host, allowed_hosts=settings.allowed_hosts, origins=settings.cors_origins
    )
    app.add_middleware(RequestTelemetry, telemetry=telemetry)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["Location", "Retry-After", "X-Request-Id"],
        )
    app.add_middleware(ResponseHeaders)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))
    return app


def _operation_id(route: APIRoute) -> str:
    """The name of the operation in generated clients."""
    return route.name


def _waiting(queue_depths: Callable[[], Sequence[QueueDepth]]) -> Callable[[], int]:
    """Counts the documents in the ingest queue."""
    return lambda: sum(depth.documents for depth in queue_depths())
