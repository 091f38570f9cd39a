"""Whether the process lives, whether it can answer, and what it answers with."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response

from ragapp import __version__
from ragapp.doors.http.dependencies import Service, Unready
from ragapp.doors.http.description import NO_KEY
from ragapp.doors.wire import Liveness, Readiness, ServerStatus

router = APIRouter(tags=["health"])


@router.get("/healthz", openapi_extra=NO_KEY)
async def alive() -> Liveness:
    """The process lives and takes requests. Told without a thread, as all of them may be at work."""
    return Liveness()


@router.get(
    "/readyz",
    responses={503: {"model": Readiness, "description": "Not ready; `reason` says why."}},
    openapi_extra=NO_KEY,
)
def ready(unready: Unready, response: Response) -> Readiness:
    """Whether questions can be answered: 200 when they can, 503 when not."""
    if unready is not None:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return _readiness(unready)


@router.get("/v1/status")
def status(service: Service) -> ServerStatus:
    """The version, whether questions can be answered, and the models in use."""
    return ServerStatus(__version__, _readiness(service.unready()), service.model_names())


def _readiness(reason: str | None) -> Readiness:
    return Readiness(reason is None, reason)
