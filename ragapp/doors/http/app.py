"""The FastAPI application: routes, guards and error documents around one service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from ragapp import __version__
from ragapp.doors.http import (
    admin,
    ask,
    cache,
    chat,
    collections,
    documents,
    evals,
    health,
    history,
    jobs,
    keys,
    metrics,
    pages,
    search,
    tasks,
    uploads,
)
from ragapp.doors.http.admission import Admission
from ragapp.doors.http.authentication import Authentication
from ragapp.doors.http.cancelling import Cancelling
from ragapp.doors.http.description import CONTACT, DESCRIPTION, LICENCE, SERVERS, TAGS, DescribedAPI
from ragapp.doors.http.guards import BodyLimit, BrowserGuard, PathGuard, ResponseHeaders
from ragapp.doors.http.mcp import mcp_router
from ragapp.doors.http.refusals import PROBLEM_RESPONSES, install_problem_handlers
from ragapp.doors.http.watching import Watch
from ragapp.observe.metrics import Metrics
from ragapp.observe.state import StateCollector
from ragapp.observe.telemetry import Telemetry
from ragapp.observe.tracing import Tracing
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import CacheStats, QueueDepth

ROOMS = (
    collections,
    documents,
    pages,
    uploads,
    jobs,
    search,
    ask,
    chat,
    cache,
    history,
    health,
    metrics,
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
    """The API over `service`, which stays the caller's to close.

    `stopping` is set when no more documents of a long upload are to be taken in.

    Answers only requests addressed to loopback or to `host`. No interactive documentation is served:
    its usual pages load scripts from elsewhere.
    """
    app = DescribedAPI(
        title="ragapp",
        summary="Answers from your own documents, every sentence tied to the characters that support it.",
        description=DESCRIPTION,
        version=__version__,
        contact=CONTACT,
        license_info=LICENCE,
        servers=SERVERS,
        openapi_tags=TAGS,
        separate_input_output_schemas=False,  # generated clients have one class of a name
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=PROBLEM_RESPONSES,
        generate_unique_id_function=_operation_id,
    )
    app.state.service = service
    app.state.stopping = stopping or Event()
    app.state.telemetry = telemetry = telemetry or Telemetry(Metrics(), Tracing())

    def cache_stats() -> CacheStats:
        return service.cache.stats()  # raises where there is no cache

    telemetry.metrics.collect_from(StateCollector(service.queue_depths, cache_stats))
    for room in ROOMS:
        app.include_router(room.router)
    app.include_router(mcp_router(may_ingest=settings.mcp_ingest))
    install_problem_handlers(app)
    # The one added last sees a request first.
    app.add_middleware(BodyLimit, max_upload_bytes=settings.max_upload_bytes)
    app.add_middleware(
        Admission, settings=settings, metrics=telemetry.metrics, waiting=_waiting(service.queue_depths)
    )
    app.add_middleware(PathGuard)
    app.add_middleware(Cancelling, callers=service.callers)
    app.add_middleware(Authentication, callers=service.callers)
    app.add_middleware(
        BrowserGuard, host=host, allowed_hosts=settings.allowed_hosts, origins=settings.cors_origins
    )
    app.add_middleware(Watch, telemetry=telemetry)
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
    """What generated clients call the operation."""
    return route.name


def _waiting(queue_depths: Callable[[], Sequence[QueueDepth]]) -> Callable[[], int]:
    """Counts the documents on their way in."""
    return lambda: sum(depth.documents for depth in queue_depths())
