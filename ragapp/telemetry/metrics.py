"""Every number that `/metrics` tells. docs/observability.md explains them, a dashboard draws them."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
    start_http_server,
)
from prometheus_client.registry import Collector

from ragapp.errors import UsageError
from ragapp.protocols.observer import WorkOutcome
from ragapp.types import Answer, SearchResult

NO_TIME = "tokens_per_second"
"""Of an answer's timings, which are milliseconds otherwise."""

REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
STAGE_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120)
"""Seconds. Looking words up takes less than a millisecond, writing an answer a minute."""


class Metrics:
    """The instruments of one process, in a registry of their own."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series that hardly anybody reads
        self._registry = registry = CollectorRegistry()
        PlatformCollector(registry)
        ProcessCollector(registry=registry)
        GCCollector(registry)
        self.requests = Counter(
            "ragapp_http_requests", "HTTP requests served.", ["method", "route", "status"], registry=registry
        )
        self.request_seconds = Histogram(
            "ragapp_http_request_seconds",
            "From a request's first byte to its response's last.",
            ["method", "route"],
            buckets=REQUEST_BUCKETS,
            registry=registry,
        )
        self.admitted = Gauge(
            "ragapp_requests_running",
            "Requests that are being worked on.",
            ["kind"],
            registry=registry,
        )
        self.queued = Gauge(
            "ragapp_requests_waiting",
            "Requests that wait until others are done.",
            ["kind"],
            registry=registry,
        )
        self.turned_away = Counter(
            "ragapp_requests_turned_away",
            "Requests answered with 503 because too many were there.",
            ["kind"],
            registry=registry,
        )
        self._search_seconds = _stages("ragapp_search_seconds", "Searching, by stage.", registry)
        self._answer_seconds = _stages("ragapp_answer_seconds", "Answering, by stage.", registry)
        self._answers = Counter(
            "ragapp_answers",
            "Questions answered or refused, and from which kind of cache hit.",
            ["mode", "outcome", "cache"],
            registry=registry,
        )
        self._sentences = Counter(
            "ragapp_answer_sentences",
            "Sentences of answers, by whether the documents support them.",
            ["verdict"],
            registry=registry,
        )
        self._work_seconds = _stages("ragapp_worker_seconds", "Bringing documents in, by stage.", registry)
        self._work = Counter(
            "ragapp_worker_jobs",
            "Stages of documents' way in, and what became of them.",
            ["stage", "outcome"],
            registry=registry,
        )
        self.tokens = Counter(
            "ragapp_generator_pieces",
            "Pieces of text that generators wrote, about a token each.",
            ["model"],
            registry=registry,
        )

    def searched(self, result: SearchResult) -> None:
        for stage, milliseconds in result.timings_ms.items():
            self._search_seconds.labels(stage).observe(milliseconds / 1000)

    def answered(self, answer: Answer) -> None:
        outcome = "refused" if answer.refused else "answered"
        self._answers.labels(answer.mode, outcome, answer.cache.status).inc()
        for sentence in answer.sentences:
            self._sentences.labels(sentence.verdict).inc()
        for stage, milliseconds in answer.timings_ms.items():
            if stage != NO_TIME:
                self._answer_seconds.labels(stage).observe(milliseconds / 1000)

    def worked(self, stage: str, outcome: WorkOutcome, seconds: Mapping[str, float]) -> None:
        self._work.labels(stage, outcome).inc()
        for step, spent in seconds.items():
            self._work_seconds.labels(step).observe(spent)

    def collect_from(self, collector: Collector) -> None:
        """Asks the collector, too, whenever the metrics are read."""
        self._registry.register(collector)

    def serve(self, host: str, port: int) -> None:
        """Answers at that address, in the background. Raises UsageError when it is taken."""
        try:
            start_http_server(port, host, registry=self._registry)
        except OSError as error:
            raise UsageError(
                f"Metrics cannot be told on {host} port {port}: {error.strerror}. "
                "Choose another --metrics-port."
            ) from error

    def text(self) -> bytes:
        """What Prometheus reads."""
        return generate_latest(self._registry)


def _stages(name: str, meaning: str, registry: CollectorRegistry) -> Histogram:
    return Histogram(name, meaning, ["stage"], buckets=STAGE_BUCKETS, registry=registry)
