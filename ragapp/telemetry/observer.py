"""The observer of servers and workers, which reports events as metrics, spans and the context of log
lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from opentelemetry import trace
from opentelemetry.trace import SpanKind

from ragapp.protocols.observer import WorkOutcome
from ragapp.settings import Settings
from ragapp.telemetry.logs import LogContext, current, within
from ragapp.telemetry.tracing import DATA_SOURCE, OPERATION, Attributes, Tracing, otlp_provider
from ragapp.types import Answer, Job, Origin, SearchResult

if TYPE_CHECKING:  # commands without telemetry start without the metrics library
    from ragapp.telemetry.metrics import Metrics


class Telemetry:
    """An Observer that records metrics, spans and the context of logs. Safe for many threads."""

    def __init__(self, metrics: Metrics, tracing: Tracing) -> None:
        self.metrics = metrics
        self.tracing = tracing

    @contextmanager
    def searching(self, collection: str) -> Iterator[Callable[[SearchResult], SearchResult]]:
        attributes = {OPERATION: "retrieval", DATA_SOURCE: collection}
        with self.tracing.span(f"retrieval {collection}", attributes, kind=SpanKind.CLIENT) as span:

            def searched(result: SearchResult) -> SearchResult:
                self.metrics.searched(result)
                span.set_attribute("ragapp.search.hits", len(result.hits))
                for stage, milliseconds in result.timings_ms.items():
                    span.set_attribute(f"ragapp.search.{stage}_ms", milliseconds)
                return result

            yield searched

    def answered(self, answer: Answer) -> None:
        self.metrics.answered(answer)
        span = trace.get_current_span()
        span.set_attribute("ragapp.answer.id", answer.answer_id)
        span.set_attribute("ragapp.answer.mode", answer.mode)
        span.set_attribute("ragapp.answer.refused", answer.refused)
        span.set_attribute("ragapp.cache.status", answer.cache.status)

    def origin(self) -> Origin:
        return Origin(current().request_id, self.tracing.traceparent())

    @contextmanager
    def working(self, job: Job) -> Iterator[None]:
        attributes: Attributes = {
            DATA_SOURCE: job.collection,
            "ragapp.document.id": job.document_id,
            "ragapp.document.version": job.version,
            "ragapp.request.id": job.origin.request_id,
        }
        with (
            within(LogContext(job.origin.request_id, job.document_id, job.worker)),
            self.tracing.span(
                f"ingest {_stage(job)}",
                attributes,
                kind=SpanKind.CONSUMER,
                traceparent=job.origin.traceparent,
            ),
        ):
            yield

    def worked(self, job: Job, outcome: WorkOutcome, seconds: Mapping[str, float]) -> None:
        self.metrics.worked(_stage(job), outcome, seconds)
        span = trace.get_current_span()
        span.set_attribute("ragapp.work.outcome", outcome)
        for stage, spent in seconds.items():
            span.set_attribute(f"ragapp.work.{stage}_seconds", spent)


def _stage(job: Job) -> str:
    return "embed" if job.status == "searchable" else "parse"


class NullObserver:
    """The observer of commands without telemetry: does nothing."""

    @contextmanager
    def searching(self, collection: str) -> Iterator[Callable[[SearchResult], SearchResult]]:  # noqa: ARG002
        yield lambda result: result

    def answered(self, answer: Answer) -> None:
        pass

    def origin(self) -> Origin:
        return Origin()

    @contextmanager
    def working(self, job: Job) -> Iterator[None]:  # noqa: ARG002
        yield

    def worked(self, job: Job, outcome: WorkOutcome, seconds: Mapping[str, float]) -> None:
        pass


def build_telemetry(settings: Settings, service: str) -> Telemetry:
    """Builds the telemetry. `service` is the name of this process in traces.

    Raises UsageError if traces cannot be sent.
    """
    from ragapp.telemetry.metrics import Metrics  # noqa: PLC0415  only servers and workers need it

    provider = otlp_provider(service) if settings.otlp_endpoint else None
    return Telemetry(Metrics(), Tracing(provider))
