"""The metrics of `/metrics`. docs/observability.md explains them, and a dashboard shows them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence

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
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ragapp.errors import RagappError, UsageError
from ragapp.protocols.observer import WorkOutcome
from ragapp.types import Answer, CacheStats, QueueDepth, SearchResult

log = logging.getLogger(__name__)

NOT_A_DURATION = "tokens_per_second"
"""The only one of an answer's timings that is not in milliseconds."""

REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
STAGE_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120)
"""Seconds. A keyword search takes less than a millisecond, generating an answer up to a minute."""


class Metrics:
    """The instruments of one process, in a registry of their own."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # they would double the series, and are hardly used
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
            "Requests that are being processed.",
            ["kind"],
            registry=registry,
        )
        self.queued = Gauge(
            "ragapp_requests_waiting",
            "Requests that wait until others are finished.",
            ["kind"],
            registry=registry,
        )
        self.turned_away = Counter(
            "ragapp_requests_turned_away",
            "Requests rejected with 503 because there were too many.",
            ["kind"],
            registry=registry,
        )
        self._search_seconds = _stages("ragapp_search_seconds", "Searching, by stage.", registry)
        self._answer_seconds = _stages("ragapp_answer_seconds", "Answering, by stage.", registry)
        self._answers = Counter(
            "ragapp_answers",
            "Questions answered or refused, by kind of cache hit.",
            ["mode", "outcome", "cache"],
            registry=registry,
        )
        self._sentences = Counter(
            "ragapp_answer_sentences",
            "Sentences of answers, by whether the documents support them.",
            ["verdict"],
            registry=registry,
        )
        self._work_seconds = _stages("ragapp_worker_seconds", "Ingesting documents, by stage.", registry)
        self._work = Counter(
            "ragapp_worker_jobs",
            "Stages of ingesting documents, by outcome.",
            ["stage", "outcome"],
            registry=registry,
        )
        self.tokens = Counter(
            "ragapp_generator_pieces",
            "Pieces of text that generators returned, about one token each.",
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
            if stage != NOT_A_DURATION:
                self._answer_seconds.labels(stage).observe(milliseconds / 1000)

    def worked(self, stage: str, outcome: WorkOutcome, seconds: Mapping[str, float]) -> None:
        self._work.labels(stage, outcome).inc()
        for step, spent in seconds.items():
            self._work_seconds.labels(step).observe(spent)

    def collect_from(self, collector: Collector) -> None:
        """Adds the metrics of `collector` whenever the metrics are read."""
        self._registry.register(collector)

    def serve(self, host: str, port: int) -> None:
        """Serves the metrics at that address in the background. Raises UsageError when it is in use."""
        try:
            start_http_server(port, host, registry=self._registry)
        except OSError as error:
            raise UsageError(
                f"Metrics cannot be served at {host} port {port}: {error.strerror}. "
                "Choose another --metrics-port."
            ) from error

    def text(self) -> bytes:
        """The metrics in the text format of Prometheus."""
        return generate_latest(self._registry)


def _stages(name: str, meaning: str, registry: CollectorRegistry) -> Histogram:
    return Histogram(name, meaning, ["stage"], buckets=STAGE_BUCKETS, registry=registry)


class StateCollector(Collector):
    """Metrics of the queue and the cache, read when Prometheus asks. They are the same for all replicas.

    When the database or the cache store does not respond, its metrics are missing, which alerts detect.
    `cache_stats` raises UsageError when there is no cache.
    """

    def __init__(
        self,
        queue_depths: Callable[[], Sequence[QueueDepth]],
        cache_stats: Callable[[], CacheStats],
    ) -> None:
        self._queue_depths = queue_depths
        self._cache_stats = cache_stats

    def describe(self) -> list[Metric]:
        return [*_queue([]), *_cache(None)]

    def collect(self) -> Iterator[Metric]:
        try:
            yield from _queue(self._queue_depths())
            yield from _cache(self._cache_stats())
        except UsageError:
            pass
        except RagappError as error:
            log.warning("Metrics are incomplete: %s", error)


def _queue(depths: Sequence[QueueDepth]) -> Iterator[Metric]:
    documents = GaugeMetricFamily(
        "ragapp_queue_documents", "Documents that are queued or being ingested.", labels=["status"]
    )
    oldest = GaugeMetricFamily(
        "ragapp_queue_oldest_seconds", "The age of the oldest of them.", labels=["status"]
    )
    for depth in depths:
        documents.add_metric([depth.status], depth.documents)
        oldest.add_metric([depth.status], depth.oldest_seconds)
    yield documents
    yield oldest


def _cache(stats: CacheStats | None) -> Iterator[Metric]:
    hits = CounterMetricFamily("ragapp_cache_hits", "Answers served from the cache.", labels=["kind"])
    misses = CounterMetricFamily(
        "ragapp_cache_misses", "Answers that were not cached, by reason.", labels=["reason"]
    )
    audits = CounterMetricFamily(
        "ragapp_cache_audits",
        "Hits of similar questions that were answered again as a check.",
        labels=["outcome"],
    )
    entries = GaugeMetricFamily("ragapp_cache_entries", "Cached answers.")
    size = GaugeMetricFamily("ragapp_cache_bytes", "Size of the cached answers.")
    if stats is not None:
        for kind, count in stats.hits.items():
            hits.add_metric([kind], count)
        for reason, count in stats.misses.items():
            misses.add_metric([reason], count)
        audits.add_metric(["right"], stats.audited - stats.audited_wrong)
        audits.add_metric(["wrong"], stats.audited_wrong)
        entries.add_metric([], stats.entries)
        size.add_metric([], stats.bytes)
    yield from (hits, misses, audits, entries, size)
