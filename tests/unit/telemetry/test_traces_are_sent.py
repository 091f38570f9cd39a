"""Traces are sent to a collector over OTLP, if one is configured."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider

from ragapp.settings import Settings
from ragapp.telemetry.observer import build_telemetry
from ragapp.telemetry.tracing import Tracing, otlp_provider


class Collector(HTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.received: list[tuple[str, ExportTraceServiceRequest]] = []


class Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, ExportTraceServiceRequest.FromString(body)))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        yield server
        server.shutdown()
        thread.join()


def test_spans_are_sent_under_the_name_of_the_service(collector: Collector) -> None:
    provider = otlp_provider("ragapp-worker")
    with pytest.raises(ValueError, match="words of a document"), Tracing(provider).span("work", {"n": 1}):
        raise ValueError("words of a document")
    assert isinstance(provider, TracerProvider)
    provider.shutdown()
    ((path, request),) = collector.received
    (sent,) = request.resource_spans
    named = {one.key: one.value.string_value for one in sent.resource.attributes}
    (span,) = sent.scope_spans[0].spans
    assert path == "/v1/traces"
    assert named["service.name"] == "ragapp-worker"
    assert span.name == "work"
    assert {one.key: one.value.string_value for one in span.attributes}["error.type"] == "ValueError"
    assert "words" not in str(span)


def test_the_collector_is_a_setting(collector: Collector, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert settings.otlp_endpoint == f"http://127.0.0.1:{collector.server_port}"


def test_without_a_collector_there_are_no_traces(tmp_path: Path) -> None:
    telemetry = build_telemetry(Settings(data_dir=tmp_path, otlp_endpoint=None), "ragapp-api")
    with telemetry.tracing.span("work", {}) as span:
        assert not span.is_recording()
        assert telemetry.tracing.traceparent() == ""
