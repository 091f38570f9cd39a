"""Health over HTTP: liveness, readiness, status and Prometheus metrics."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from ragapp import __version__
from ragapp.api.http.dependencies import READS_EVERYTHING, Service, Unready
from ragapp.api.http.description import NO_KEY
from ragapp.api.schemas import Liveness, Readiness, ServerStatus
from ragapp.telemetry.observer import Telemetry

router = APIRouter(tags=["health"])


@router.get("/healthz", openapi_extra=NO_KEY)
async def alive() -> Liveness:
    """Report that the process is alive and accepts requests."""
    return Liveness()  # without a worker thread, since all of them may be busy


@router.get(
    "/readyz",
    responses={503: {"model": Readiness, "description": "Not ready. `reason` says why."}},
    openapi_extra=NO_KEY,
)
def ready(unready: Unready, response: Response) -> Readiness:
    """Report whether questions can be answered: 200 when they can, 503 when they cannot."""
    if unready is not None:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return _readiness(unready)


@router.get("/v1/status")
def status(service: Service) -> ServerStatus:
    """Show the version of the server, its readiness and the models in use."""
    return ServerStatus(__version__, _readiness(service.unready()), service.model_names())


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    dependencies=[READS_EVERYTHING],
)
def metrics(request: Request) -> Response:
    """Return the metrics of this process in the text format of Prometheus."""
    telemetry: Telemetry = request.app.state.telemetry
    return Response(telemetry.metrics.text(), media_type=CONTENT_TYPE_LATEST)


def _readiness(reason: str | None) -> Readiness:
    return Readiness(reason is None, reason)
