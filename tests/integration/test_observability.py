"""What the application tells of itself: metrics, traces from API to worker, and logs without content."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, format_trace_id
from opentelemetry.util.types import AttributeValue
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from starlette.testclient import TestClient

from ragapp.api.http.app import create_app
from ragapp.bootstrap import build_runtime, build_service
from ragapp.settings import Settings
from ragapp.telemetry.logs import OURS, JsonLines
from ragapp.telemetry.metrics import Metrics
from ragapp.telemetry.observer import Telemetry
from ragapp.telemetry.tracing import Tracing
from tests.faultyproxy import faulty_proxy
from tests.modelserver import Pieces, written_by
from tests.postgres import PostgresServer
from tests.serving import process_queue, serving, settings_in

DASHBOARD = Path(__file__).parents[2] / "deploy" / "grafana-dashboard.json"

CANARY = "quokkafeather"
DOCUMENT = f"The password of the harbour is {CANARY}. Herons fish at dusk.".encode()
QUESTION = "What is the password of the harbour, numbatlantern?"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
"""Of a caller who traces, too."""


@dataclass
class Watched:
    """A server that has taken a document in and answered a question."""

    http: httpx.Client
    spans: tuple[ReadableSpan, ...]
    logged: str

    def span(self, name: str) -> ReadableSpan:
        (found,) = self.spans_of(name)
        return found

    def spans_of(self, name: str) -> list[ReadableSpan]:
        return [one for one in self.spans if one.name.startswith(name)]

    def metrics(self) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
        families = text_string_to_metric_families(self.http.get("/metrics").text)
        return {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in families
            for sample in family.samples
        }


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    plain = settings_in(tmp_path_factory.mktemp("watched"))
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    telemetry = Telemetry(Metrics(), Tracing(provider))
    pieces = Pieces("The password of the harbour", f" is {CANARY} [1].")
    with (
        written_by(pieces, plain) as written,
        _log() as lines,
        _served(written.model_copy(update={"cache": True}), telemetry) as http,
    ):
        http.post("/v1/ask", json={"question": QUESTION})
        http.post("/v1/ask", json={"question": QUESTION})
        yield Watched(http, exporter.get_finished_spans(), lines.getvalue())


@contextmanager
def _served(settings: Settings, telemetry: Telemetry) -> Iterator[httpx.Client]:
    """A server, with the document taken in as an API and a worker do it."""
    runtime = build_runtime(settings, telemetry)
    with (
        closing(build_service(settings, runtime)) as service,
        serving(create_app(service, settings, telemetry=telemetry)) as url,
        httpx.Client(base_url=url, timeout=60) as http,
    ):
        sent = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
        http.post("/v1/collections/default/documents", files={"file": ("h.txt", DOCUMENT)}, headers=sent)
        process_queue(runtime, settings, "w1")
        yield http


@contextmanager
def _log() -> Iterator[io.StringIO]:
    """All that our loggers write meanwhile, as JSON lines."""
    text, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(text)
    handler.setFormatter(JsonLines())
    root.addHandler(handler)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield text
    root.removeHandler(handler)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.NOTSET)


def test_the_way_of_a_document_is_one_trace_from_the_upload_to_the_worker(watched: Watched) -> None:
    upload = watched.span("POST /v1/collections/{collection}/documents")
    for name in ("ingest parse", "ingest embed"):
        span = watched.span(name)
        assert format_trace_id(span.context.trace_id) == TRACE
        assert span.parent is not None
        assert span.parent.span_id == upload.context.span_id
        assert span.kind is SpanKind.CONSUMER
        assert attributes(span)["ragapp.work.outcome"] == "done"
    assert upload.parent is not None
    assert upload.parent.is_remote


def test_the_log_of_api_and_worker_speaks_of_the_same_request(watched: Watched) -> None:
    lines = [json.loads(line) for line in watched.logged.splitlines()]
    (upload,) = [one for one in lines if "/documents 202 " in one["message"]]
    work = [one for one in lines if one["logger"] == "ingest.pipeline"]
    assert len(work) == 2
    assert {one["request_id"] for one in work} == {upload["request_id"]}
    assert {one["trace_id"] for one in [upload, *work]} == {TRACE}


def test_models_have_spans_as_opentelemetry_names_them(watched: Watched) -> None:
    chat, retrieval = watched.span("chat stand-in"), watched.spans_of("retrieval default")[0]
    assert attributes(chat)["gen_ai.operation.name"] == "chat"
    assert attributes(chat)["gen_ai.usage.output_tokens"] == 2
    assert attributes(retrieval)["gen_ai.data_source.id"] == "default"
    (embedding,) = [
        one
        for one in watched.spans_of("embeddings ")
        if one.parent is not None and one.parent.span_id == retrieval.context.span_id
    ]
    assert attributes(embedding)["gen_ai.operation.name"] == "embeddings"
    assert attributes(embedding)["gen_ai.embeddings.dimension.count"] == 384
    asked = {one.context.span_id for one in watched.spans_of("POST /v1/ask")}
    assert chat.parent is not None
    assert chat.parent.span_id in asked


@pytest.mark.parametrize("word", [CANARY, "numbatlantern", "Herons"])
def test_neither_log_nor_trace_nor_metric_holds_what_was_asked_or_read(watched: Watched, word: str) -> None:
    assert word not in watched.logged
    assert not [span.name for span in watched.spans if word in span.to_json()]
    assert word not in watched.http.get("/metrics").text


def test_metrics_count_what_happened(watched: Watched) -> None:
    def value(name: str, **labels: str) -> float:
        return watched.metrics()[name, frozenset(labels.items())]

    route = {"method": "POST", "route": "/v1/ask"}
    assert value("ragapp_http_requests_total", status="200", **route) == 2
    assert value("ragapp_http_request_seconds_count", **route) == 2
    assert value("ragapp_answers_total", mode="generate", outcome="answered", cache="miss") == 1
    assert value("ragapp_answers_total", mode="generate", outcome="answered", cache="exact") == 1
    assert value("ragapp_answer_sentences_total", verdict="supported") == 2
    assert value("ragapp_search_seconds_count", stage="total") == 2
    assert value("ragapp_answer_seconds_count", stage="generate") == 1
    assert value("ragapp_cache_hits_total", kind="exact") == 1
    assert value("ragapp_worker_jobs_total", stage="embed", outcome="done") == 1
    assert value("ragapp_worker_seconds_count", stage="parse") == 1
    assert value("ragapp_queue_documents", status="queued") == 0
    assert value("ragapp_requests_running", kind="question") == 0


def test_a_path_or_method_that_a_stranger_thinks_of_makes_no_series_of_its_own(watched: Watched) -> None:
    watched.http.get("/wp-login.php")
    watched.http.request("BREW", "/")
    output = watched.http.get("/metrics").text
    assert "wp-login" not in output
    assert "BREW" not in output
    assert watched.metrics()[
        "ragapp_http_requests_total",
        frozenset({("method", "GET"), ("route", "(none)"), ("status", "404")}),
    ]


def test_every_query_of_the_dashboard_names_a_metric_that_there_is(watched: Watched) -> None:
    families = {one.name for one in text_string_to_metric_families(watched.http.get("/metrics").text)}
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    queries = [target["expr"] for panel in panels for target in panel["targets"]]
    named = {name for query in queries for name in re.findall(r"\b(?:ragapp|process)_\w+", query)}
    assert {re.sub("_(total|bucket|count|sum)$", "", name) for name in named} <= families
    ours = {name for name in families if name.startswith("ragapp_")}
    assert ours <= {re.sub("_(total|bucket|count|sum)$", "", name) for name in named} | {"ragapp_cache_bytes"}


def test_a_server_whose_database_is_away_is_not_ready_until_it_is_back(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    with faulty_proxy(postgres.port) as proxy:
        url = postgres.new_database().replace(f":{postgres.port}/", f":{proxy.port}/")
        settings = settings_in(tmp_path).model_copy(update={"database_url": SecretStr(url)})
        with closing(build_service(settings)) as service:
            service.collection("default")
            with TestClient(create_app(service, settings), base_url="http://localhost") as http:
                assert http.get("/readyz").status_code == 200
                proxy.cut()
                proxy.close()
                away = http.get("/readyz")
                assert http.get("/healthz").status_code == 200
    assert away.status_code == 503
    assert away.json()["ready"] is False
    assert "database" in away.json()["reason"]


def attributes(span: ReadableSpan) -> Mapping[str, AttributeValue]:
    assert span.attributes is not None
    return span.attributes
