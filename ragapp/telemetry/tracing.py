"""Traces by OpenTelemetry, with its conventions for generative systems.

Spans follow https://github.com/open-telemetry/semantic-conventions-genai. They contain the model and amounts,
but never questions or generated text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry.trace import NoOpTracerProvider, Span, SpanKind, StatusCode, TracerProvider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from ragapp import __version__
from ragapp.errors import UsageError

Attributes = Mapping[str, str | int | float | bool]

OPERATION = "gen_ai.operation.name"
MODEL = "gen_ai.request.model"
DATA_SOURCE = "gen_ai.data_source.id"


class Tracing:
    """Starts spans. Without a provider of the SDK, spans are discarded and cost almost nothing."""

    def __init__(self, provider: TracerProvider | None = None) -> None:
        self._tracer = (provider or NoOpTracerProvider()).get_tracer("ragapp", __version__)
        self._wire = TraceContextTextMapPropagator()

    @contextmanager
    def span(
        self,
        name: str,
        attributes: Attributes,
        *,
        kind: SpanKind = SpanKind.INTERNAL,
        traceparent: str = "",
    ) -> Iterator[Span]:
        """A span around the block, whose parent is the current one or that of a `traceparent` header."""
        parent = self._wire.extract({"traceparent": traceparent}) if traceparent else None
        with self._tracer.start_as_current_span(
            name, parent, kind, attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except Exception as error:
                failed(span, error)
                raise

    def begin(self, name: str, attributes: Attributes, *, kind: SpanKind) -> Span:
        """A child of the current span for work that pauses. It does not become current, and has to be
        ended."""
        return self._tracer.start_span(name, None, kind, attributes)

    def traceparent(self) -> str:
        """The current span as a header of W3C Trace Context; empty when there is none."""
        carrier: dict[str, str] = {}
        self._wire.inject(carrier)
        return carrier.get("traceparent", "")


def failed(span: Span, error: BaseException) -> None:
    """Marks the span with the error's class only, because its message may contain text of a document."""
    span.set_status(StatusCode.ERROR)
    span.set_attribute("error.type", type(error).__name__)


def otlp_provider(service: str) -> TracerProvider:
    """A provider that sends spans to OTEL_EXPORTER_OTLP_ENDPOINT in the background.

    The SDK reads its other `OTEL_…` variables itself; OTEL_SERVICE_NAME takes precedence over `service`.
    Raises UsageError when the SDK is not installed.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415  an extra
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider as SdkProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError:
        raise UsageError(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but the OpenTelemetry SDK is not installed. Run "
            "`pip install 'ragapp[server]'`, or unset it."
        ) from None
    resource = Resource({"service.name": service, "service.version": __version__})
    provider = SdkProvider(resource=resource.merge(OTELResourceDetector().detect()))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
