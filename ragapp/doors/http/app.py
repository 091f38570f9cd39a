"""The FastAPI application: routes, guards and error documents around one service."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.routing import APIRoute

from ragapp import __version__
from ragapp.doors.http import (
    admin,
    ask,
    cache,
    chat,
    collections,
    documents,
    health,
    history,
    jobs,
    pages,
    search,
    uploads,
)
from ragapp.doors.http.guards import BodyLimit, BrowserGuard, PathGuard, ResponseHeaders
from ragapp.doors.http.refusals import PROBLEM_RESPONSES, install_problem_handlers
from ragapp.service import RagService
from ragapp.settings import Settings


def create_app(service: RagService, settings: Settings, host: str = "127.0.0.1") -> FastAPI:
    """The API over `service`, which stays the caller's to close.

    Answers only requests addressed to loopback or to `host`. No interactive documentation is served:
    its usual pages load scripts from elsewhere.
    """
    app = FastAPI(
        title="ragapp",
        summary="Answers from your own documents, every sentence tied to the characters that support it.",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=PROBLEM_RESPONSES,
        generate_unique_id_function=_operation_id,
    )
    app.state.service = service
    for room in (collections, documents, pages, uploads, jobs, search, ask, chat, cache, history, health, admin):
        app.include_router(room.router)
    install_problem_handlers(app)
    # The one added last sees a request first.
    app.add_middleware(BodyLimit, max_upload_bytes=settings.max_upload_bytes)
    app.add_middleware(PathGuard)
    app.add_middleware(BrowserGuard, host=host)
    app.add_middleware(ResponseHeaders)
    return app


def _operation_id(route: APIRoute) -> str:
    """What generated clients call the operation."""
    return route.name
