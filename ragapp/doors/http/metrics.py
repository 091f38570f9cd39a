"""The metrics of this process, for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from ragapp.doors.http.dependencies import READS_EVERYTHING
from ragapp.observe.telemetry import Telemetry

router = APIRouter(tags=["health"], dependencies=[READS_EVERYTHING])


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(request: Request) -> Response:
    """In Prometheus' text format."""
    telemetry: Telemetry = request.app.state.telemetry
    return Response(telemetry.metrics.text(), media_type=CONTENT_TYPE_LATEST)
