"""How long a hit takes end to end: embedding the question, searching, comparing the evidence, all of it."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from evals.cache.lookup import plain_entry
from ragapp.bootstrap import Workbench, build_cache, build_cache_store, build_service, build_workbench
from ragapp.cache.answers import AnswerCache
from ragapp.cache.asked import Asked, Circumstances
from ragapp.errors import UsageError
from ragapp.models.remembering import RememberingEmbedder
from ragapp.protocols import CacheStore
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import Answer, AskEvent, CacheDecision, Chunk, ParsedText

QUESTION = "When was the harbour built?"
SIMILAR = "When was a harbour built?"
TEXTS = (
    "The harbour was built in 1862 by Ada Thornton.",
    "Sourdough bread rises for twelve hours.",
    "Bees dance to tell where flowers are.",
)
CIRCUMSTANCES = Circumstances((1,), "", "bench", None, "bench", "bench", "extractive", 8, ())
WARM_UP = 5


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from question to answer."""

    store: str
    entries: int
    kind: str
    p50: float
    p95: float


def measure(settings: Settings, sizes: Sequence[int], times: int) -> list[Latency]:
    """Latencies with each of `sizes` answers kept (ascending), every kind of answer `times` times.

    In a data folder of its own. A `redis_url` of the settings must be of a server that holds no answers of
    others: it is filled and cleared.
    """
    with TemporaryDirectory() as folder:
        own = settings.model_copy(
            update={"data_dir": Path(folder), "cache_entries": max(sizes) + 10, "cache_timeout": 5.0}
        )
        bench = build_workbench(own)
        embedder = bench.embedder.get()
        assert isinstance(embedder, RememberingEmbedder), "a workbench's embedder remembers questions"
        with closing(build_service(own, bench)) as service, closing(build_cache_store(own)) as store:
            if store.usage().entries:
                raise UsageError(f"{store.name} holds answers. Give the benchmark a server of its own.")
            _bring_in(service, bench)
            cache = build_cache(own, bench.store, bench.embedder)
            if cache is None:
                raise UsageError("The cache is switched off. Set RAGAPP_CACHE to `true` to measure it.")
            with closing(cache):
                found = _measure_sizes(service, cache, store, sizes, times, forget=embedder.forget)
                store.clear()
    return found


def _measure_sizes(
    service: RagService,
    cache: AnswerCache,
    store: CacheStore,
    sizes: Sequence[int],
    times: int,
    *,
    forget: Callable[[], None],
) -> list[Latency]:
    made = _last(service.ask(QUESTION, use_cache=False))
    kept, found = 0, []
    for size in sizes:
        _fill(store, kept, size)
        kept = size
        for question, kind in ((QUESTION, "exact"), (SIMILAR, "semantic")):
            ask = _asker(service, cache, made, question, kind)
            found.append(Latency(store.name, size, kind, *_quantiles(ask, times, forget)))
    making = _quantiles(lambda: _last(service.ask(QUESTION, use_cache=False)), times, forget)
    return [*found, Latency(store.name, kept, f"made ({made.model})", *making)]


def _asker(
    service: RagService, cache: AnswerCache, made: Answer, question: str, kind: str
) -> Callable[[], object]:
    def make(_: CacheDecision) -> Generator[AskEvent, None, None]:
        yield AskEvent("answer", answer=made)

    def ask() -> None:
        collection = service.collection("default")
        result = service.search(question, k=8)
        served = _last(cache.answer(Asked(question, result, collection, CIRCUMSTANCES), make))
        if served.cache.status not in {kind, made.cache.status}:
            raise UsageError(f"A {kind} hit was wanted, but: {served.cache.why}")

    return ask


def _quantiles(work: Callable[[], object], times: int, forget: Callable[[], None]) -> tuple[float, float]:
    for _ in range(WARM_UP):
        work()
    spent = []
    for _ in range(times):
        forget()
        started = time.perf_counter()
        work()
        spent.append((time.perf_counter() - started) * 1000)
    p50, p95 = np.quantile(spent, [0.5, 0.95])
    return float(p50), float(p95)


def _fill(store: CacheStore, start: int, end: int) -> None:
    """Other questions of the same partition, in random directions."""
    rng = np.random.default_rng(start)
    for number in range(start, end):
        vector = rng.standard_normal(384).astype(np.float32)
        entry = plain_entry(f"Question {number}", CIRCUMSTANCES.digest)
        store.put(entry, vector / np.linalg.norm(vector))


def _bring_in(service: RagService, bench: Workbench) -> None:
    """Documents that are chunks as they are, so that no worker is needed."""
    embedder = bench.embedder.get()
    for number, text in enumerate(TEXTS):
        service.upload("default", f"{number}.txt", io.BytesIO(text.encode()))
        for _ in ("parsed", "embedded"):
            job = bench.queue.claim("bench")
            if job is None:
                raise UsageError("A worker took the benchmark's documents. Give it a database of its own.")
            if job.status == "queued":
                bench.store.publish(job, ParsedText(text), [Chunk(0, len(text), text, 1)])
                continue
            missing = bench.store.chunks_without_vector(job, embedder.fingerprint, 10)
            vectors = embedder.embed_passages([passage for _, passage in missing])
            bench.store.add_vectors(job, embedder.fingerprint, [digest for digest, _ in missing], vectors)
            bench.store.publish_vectors(job, embedder.fingerprint)


def _last(events: Generator[AskEvent, None, None]) -> Answer:
    *_, last = events
    assert last.answer is not None, "a stream of events ends with the answer"
    return last.answer
