"""Measures the latency of cache hits end to end, including embedding, search and the comparison
of evidence.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from evals.bench.cache_peer import QUESTION, SIMILAR, WARM_UP, LookupLatency, directions, measure_redisvl
from evals.cache.lookup import plain_entry
from ragapp.bootstrap import (
    IngestRuntime,
    build_cache,
    build_cache_store,
    build_runtime,
    build_service,
)
from ragapp.cache.answer_cache import CANDIDATES, AnswerCache
from ragapp.cache.cache_key import CacheKey, Circumstances
from ragapp.cache.guards import disagreement
from ragapp.errors import UsageError
from ragapp.models.caching_embedder import CachingEmbedder
from ragapp.protocols import CacheStore
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import (
    Answer,
    AskEvent,
    AskQuery,
    Chunk,
    ParsedText,
    SearchedQuestion,
    SearchQuery,
    UploadSpec,
    Vectors,
    final_answer,
)

TEXTS = (
    "The harbour was built in 1862 by Ada Thornton.",
    "Sourdough bread rises for twelve hours.",
    "Bees dance to tell where flowers are.",
)
CIRCUMSTANCES = Circumstances((1,), "", "bench", None, "bench", "bench", "extractive", 8, ())


def measure(
    settings: Settings, sizes: Sequence[int], times: int, peer_python: str | None = None
) -> list[LookupLatency]:
    """Measures the latencies of look-ups with `sizes` (ascending) cached answers, with `times` questions of
    each kind.

    Uses a temporary data folder. If the settings have a `redis_url`, its server must not hold any answers, as
    it is filled and cleared. With `peer_python`, RedisVL's cache is measured on the same server.
    """
    with TemporaryDirectory() as folder:
        own = settings.model_copy(
            update={"data_dir": Path(folder), "cache_entries": max(sizes) + 10, "cache_timeout": 5.0}
        )
        runtime = build_runtime(own)
        embedder = runtime.embedder.get()
        assert isinstance(embedder, CachingEmbedder), "the embedder of the runtime caches questions"
        found = [] if peer_python is None else measure_redisvl(own, embedder, sizes, times, peer_python)
        with closing(build_service(own, runtime)) as service, closing(build_cache_store(own)) as store:
            if store.usage().entries:
                raise UsageError(
                    f"{store.name} already holds answers. Use an empty server for the benchmark."
                )
            _ingest_documents(service, runtime)
            cache = build_cache(own, runtime.store, runtime.embedder)
            if cache is None:
                raise UsageError("The cache is switched off. Set RAGAPP_CACHE to `true` to measure it.")
            with closing(cache):
                found += _Bench(service, cache, store, embedder, times).measure(sizes)
                store.clear()
    return found


@dataclass(frozen=True, slots=True)
class _Bench:
    service: RagService
    cache: AnswerCache
    store: CacheStore
    embedder: CachingEmbedder
    times: int

    def measure(self, sizes: Sequence[int]) -> list[LookupLatency]:
        made = final_answer(self.service.ask(AskQuery(QUESTION, use_cache=False)))
        works: dict[str, Callable[[], object]] = {
            "exact": lambda: self._ask(QUESTION, made, "exact"),
            "semantic": lambda: self._ask(SIMILAR, made, "semantic"),
            "exact, look-up alone": partial(self.store.get, self._cache_key(QUESTION).entry_id),
            "semantic, look-up alone": partial(self._look_up, self.embedder.embed_query(SIMILAR)),
        }
        works["exact"]()  # stored first, so that a look-up that has read only a few entries finds it
        kept, found = 0, []
        for size in sizes:
            _fill(self.store, kept, size)
            kept = size
            found += [self._timed(kind, size, work) for kind, work in works.items()]
        making = partial(self.service.ask, AskQuery(QUESTION, use_cache=False))
        return [*found, self._timed(f"made ({made.model})", kept, lambda: final_answer(making()))]

    def _cache_key(self, question: str) -> CacheKey:
        collection = self.service.collection("default")
        found = self.service.search(SearchQuery(question, k=8))
        return CacheKey(SearchedQuestion(question, found), collection, CIRCUMSTANCES)

    def _ask(self, question: str, made: Answer, kind: str) -> None:
        served = final_answer(self.cache.answer(self._cache_key(question), lambda _: _single_event(made)))
        if served.cache.status not in {kind, made.cache.status}:
            raise UsageError(f"Expected a {kind} hit, but the cache reports: {served.cache.why}")

    def _look_up(self, vector: Vectors) -> None:
        """Looks up a similar question as the cache does, from the vector to the verdict of the guards."""
        found = self.store.nearest(CIRCUMSTANCES.digest, vector, CANDIDATES)
        if not found or disagreement(SIMILAR, found[0][0].question) is not None:
            raise UsageError(f"{self.store.name} did not find the similar question.")

    def _timed(self, kind: str, size: int, work: Callable[[], object]) -> LookupLatency:
        spent = []
        for number in range(WARM_UP + self.times):
            self.embedder.forget()
            started, busy = time.perf_counter(), time.process_time()
            work()
            if number >= WARM_UP:
                spent.append((time.perf_counter() - started, time.process_time() - busy))
        clock, cpu = 1000 * np.array(spent).T
        p50, p95 = np.quantile(clock, [0.5, 0.95])
        return LookupLatency(self.store.name, size, kind, float(p50), float(p95), float(np.median(cpu)))


def _fill(store: CacheStore, start: int, end: int) -> None:
    """Stores other questions in the same partition, with random vectors."""
    for number, vector in enumerate(directions(start, end), start):
        store.put(plain_entry(f"Question {number}", CIRCUMSTANCES.digest), vector)


def _ingest_documents(service: RagService, runtime: IngestRuntime) -> None:
    """Stores documents of one chunk each, so that no worker is needed."""
    embedder = runtime.embedder.get()
    for number, text in enumerate(TEXTS):
        service.upload(UploadSpec(f"{number}.txt"), io.BytesIO(text.encode()))
        for _ in ("parsed", "embedded"):
            job = runtime.queue.claim("bench")
            if job is None:
                raise UsageError(
                    "A worker processed the documents of the benchmark. Use a separate database for it."
                )
            if job.status == "queued":
                runtime.store.publish(job, ParsedText(text), [Chunk(0, len(text), text, 1)])
                continue
            missing = runtime.store.chunks_without_vector(job, embedder.fingerprint, 10)
            vectors = embedder.embed_passages([passage for _, passage in missing])
            runtime.store.add_vectors(job, embedder.fingerprint, [digest for digest, _ in missing], vectors)
            runtime.store.publish_vectors(job, embedder.fingerprint)


def _single_event(made: Answer) -> Generator[AskEvent, None, None]:
    yield AskEvent("answer", answer=made)
