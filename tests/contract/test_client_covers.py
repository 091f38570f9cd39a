"""The client reaches every route that is meant for it: a route without a method there fails here."""

from __future__ import annotations

import inspect
import io
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from ragapp.api.http.app import create_app
from ragapp.client import RagappClient
from ragapp.errors import RagappError
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import (
    AskQuery,
    DocumentQuery,
    Evaluation,
    Feedback,
    Grant,
    KeySpec,
    SearchQuery,
    TablePlan,
    UploadSpec,
)
from tests.serving import ingest_all, serving

SAMPLES = Path(__file__).parents[2] / "ragapp" / "samples"

FOR_OTHERS = ("/v1/chat/", "/v1/models", "/healthz", "/readyz", "/metrics")
"""Beginnings of paths that OpenAI's clients, probes and Prometheus use."""

ARGUMENTS: dict[str, object] = {
    "name": "walked",
    "collection": "default",
    "title": "Walk",
    "data": io.BytesIO(b"x"),
    "feedback": Feedback("up"),
    "changes": {"walked": "yes"},
    "page": 1,
    "count": 3,
    "table_id": 1,
    "file_format": "csv",
    "drafts": (),
    "evaluation": Evaluation("retrieval", "nothing"),
}
"""What parameters get; all others that are needed get the word `nothing`."""

QUERIES: dict[str, object] = {
    "SearchQuery": SearchQuery("nothing"),
    "AskQuery": AskQuery("nothing"),
    "DocumentQuery": DocumentQuery(),
    "UploadSpec": UploadSpec("walked"),
    "TablePlan": TablePlan(),
    "KeySpec": KeySpec("walked", (Grant("reader", None),)),
}


class Noting:
    """Notes which operations were reached."""

    def __init__(self, app: ASGIApp, reached: set[tuple[str, str]]) -> None:
        self.app = app
        self.reached = reached

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        finally:
            if route := scope.get("route"):
                self.reached.add((scope["method"].lower(), route.path))


@pytest.fixture(scope="module")
def app(service: RagService, settings: Settings) -> FastAPI:
    return create_app(service, settings)


@pytest.fixture(scope="module")
def reached(service: RagService, settings: Settings, app: FastAPI) -> set[tuple[str, str]]:
    """The operations that all of the client's methods together have called."""
    with (SAMPLES / "amazon-rainforest.pdf").open("rb") as pdf:  # of a PDF every part can be asked for
        document = service.upload(UploadSpec("amazon.pdf"), pdf).document
    ingest_all(settings)
    noted: set[tuple[str, str]] = set()
    app.add_middleware(Noting, reached=noted)
    # With the first key every request needs one, and the walk makes keys.
    key = service.auth.api_keys.create("walker", [Grant("admin", None)])
    with serving(app) as url, RagappClient(url, api_key=key.secret) as client:
        for method in sorted(methods(client), key=lambda method: method.__name__.startswith("delete")):
            with suppress(RagappError):
                call(method, {**ARGUMENTS, "document_id": document.id})
    return noted


def methods(part: object) -> Iterator[Callable[..., object]]:
    """The public methods of the client and of its rooms."""
    for name, value in inspect.getmembers(part):
        if name.startswith("_") or name == "close":
            continue
        if inspect.ismethod(value):
            yield value
        elif type(value).__module__.startswith("ragapp.client"):
            yield from methods(value)


def call(method: Callable[..., object], arguments: Mapping[str, object]) -> None:
    needed = [
        parameter
        for parameter in inspect.signature(method).parameters.values()
        if parameter.default is parameter.empty
    ]
    given = {
        parameter.name: QUERIES.get(parameter.annotation, arguments.get(parameter.name, "nothing"))
        for parameter in needed
    }
    result = method(**given)
    if isinstance(result, Generator):
        list(result)


def test_every_route_has_a_method(app: FastAPI, reached: set[tuple[str, str]]) -> None:
    described = {
        (method, path)
        for path, operations in app.openapi()["paths"].items()
        for method in operations
        if not path.startswith(FOR_OTHERS)
    }
    assert sorted(described - reached) == []
