"""Models with a span around each call, named by the conventions of OpenTelemetry."""

from __future__ import annotations

import time
from collections.abc import Generator as Coroutine
from collections.abc import Sequence

from opentelemetry.trace import Span, SpanKind

from ragapp.protocols import Embedder, Generator, WrappedEmbedder, WrappedGenerator
from ragapp.telemetry.observer import Telemetry
from ragapp.telemetry.tracing import MODEL, OPERATION, Attributes, failed
from ragapp.types import Ending, Vectors


class TracedEmbedder(WrappedEmbedder):
    """Traces another embedder."""

    def __init__(self, embedder: Embedder, telemetry: Telemetry) -> None:
        super().__init__(embedder)
        self._tracing = telemetry.tracing

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        with self._tracing.span(*self._span_of(len(texts)), kind=SpanKind.CLIENT):
            return self._embedder.embed_passages(texts)

    def embed_query(self, text: str) -> Vectors:
        with self._tracing.span(*self._span_of(1), kind=SpanKind.CLIENT):
            return self._embedder.embed_query(text)

    def _span_of(self, texts: int) -> tuple[str, Attributes]:
        return f"embeddings {self.fingerprint}", {
            OPERATION: "embeddings",
            MODEL: self.fingerprint,
            "gen_ai.embeddings.dimension.count": self.dimension,
            "ragapp.embeddings.texts": texts,
        }


class TracedGenerator(WrappedGenerator):
    """Traces another generator."""

    def __init__(self, generator: Generator, telemetry: Telemetry) -> None:
        super().__init__(generator)
        self._telemetry = telemetry

    def generate(self, system: str, prompt: str, max_tokens: int) -> Coroutine[str, None, Ending | None]:
        attributes: Attributes = {
            OPERATION: "chat",
            MODEL: self.name,
            "gen_ai.request.max_tokens": max_tokens,
        }
        span = self._telemetry.tracing.begin(f"chat {self.name}", attributes, kind=SpanKind.CLIENT)
        try:
            return (yield from self._traced(self._generator.generate(system, prompt, max_tokens), span))
        except Exception as error:
            failed(span, error)
            raise
        finally:
            span.end()

    def _traced(
        self, pieces: Coroutine[str, None, Ending | None], span: Span
    ) -> Coroutine[str, None, Ending | None]:
        started, count = time.perf_counter(), 0

        try:
            while True:
                try:
                    piece = next(pieces)
                except StopIteration as end:
                    ending: Ending | None = end.value
                    return ending
                if not count:
                    waited = time.perf_counter() - started
                    span.set_attribute("gen_ai.response.time_to_first_chunk", waited)
                count += 1
                yield piece
        finally:
            pieces.close()
            # Servers send one token in each piece.
            span.set_attribute("gen_ai.usage.output_tokens", count)
            self._telemetry.metrics.tokens.labels(self.name).inc(count)
