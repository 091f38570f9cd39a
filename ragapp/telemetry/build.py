"""From settings to an observer."""

from __future__ import annotations

from ragapp.settings import Settings
from ragapp.telemetry.metrics import Metrics
from ragapp.telemetry.observer import Telemetry
from ragapp.telemetry.tracing import Tracing, otlp_provider


def build_telemetry(settings: Settings, service: str) -> Telemetry:
    """`service` is what traces call this process. Raises UsageError when traces cannot be sent."""
    provider = otlp_provider(service) if settings.otlp_endpoint else None
    return Telemetry(Metrics(), Tracing(provider))
