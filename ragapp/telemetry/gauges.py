"""Numbers that are looked up when Prometheus asks: how long the queue is, and what the cache holds."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ragapp.errors import RagappError, UsageError
from ragapp.types import CacheStats, QueueDepth

log = logging.getLogger(__name__)


class StateCollector(Collector):
    """What every replica tells alike, because it is the database's and the cache store's.

    Where one of them cannot be asked its numbers are missing from this reading, which alerts notice.
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
    documents = GaugeMetricFamily("ragapp_queue_documents", "Documents on their way in.", labels=["status"])
    oldest = GaugeMetricFamily(
        "ragapp_queue_oldest_seconds", "For how long the oldest of them is on its way.", labels=["status"]
    )
    for depth in depths:
        documents.add_metric([depth.status], depth.documents)
        oldest.add_metric([depth.status], depth.oldest_seconds)
    yield documents
    yield oldest


def _cache(stats: CacheStats | None) -> Iterator[Metric]:
    hits = CounterMetricFamily("ragapp_cache_hits", "Answers served again.", labels=["kind"])
    misses = CounterMetricFamily("ragapp_cache_misses", "Answers made, by why.", labels=["reason"])
    audits = CounterMetricFamily(
        "ragapp_cache_audits", "Similar-question hits made again.", labels=["outcome"]
    )
    entries = GaugeMetricFamily("ragapp_cache_entries", "Answers kept.")
    size = GaugeMetricFamily("ragapp_cache_bytes", "Room they take.")
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
