"""Whether the process lives, whether it can answer, and what it answers with."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response

from ragapp import __version__
from ragapp.doors.http.dependencies import Service
from ragapp.doors.wire import Liveness, Readiness, ServerStatus
from ragapp.service import RagService

router = APIRouter(tags=["health"])


@router.get("/healthz")
def alive() -> Liveness:
    """The process lives and takes requests."""
    return Liveness()


@router.get("/readyz", responses={503: {"model": Readiness, "description": "Not ready; `reason` says why."}})
def ready(service: Service, response: Response) -> Readiness:
    """Whether questions can be answered: 200 when they can, 503 when not."""
    readiness = _readiness(service)
    if not readiness.ready:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return readiness


@router.get("/v1/status")
def status(service: Service) -> ServerStatus:
    return ServerStatus(__version__, _readiness(service), service.model_names())


def _readiness(service: RagService) -> Readiness:
    reason = service.unready()
    return Readiness(reason is None, reason)
