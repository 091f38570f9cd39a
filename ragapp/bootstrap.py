"""Puts the parts together: the only place that knows which adapter stands behind which seam."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from ragapp.answer.answerer import Answerer
from ragapp.answer.drafting import Limits
from ragapp.answer.history import History
from ragapp.answer.rewriting import Rewriter
from ragapp.answer.support import SupportModel
from ragapp.answer.writers import Writers
from ragapp.asking import Asking
from ragapp.cache.answers import AnswerCache, CacheRules
from ragapp.cache.calibration import calibrated_threshold
from ragapp.cachestore.breaker import SteadyCacheStore
from ragapp.cachestore.embedded import EmbeddedCacheStore
from ragapp.callers import Callers, Keyring, Meter, Trail
from ragapp.embedders import Embedders
from ragapp.errors import ModelError
from ragapp.index.build import build_index
from ragapp.lazy import Lazy
from ragapp.models.build import build_embedder, build_generators, build_large_generator, build_reranker
from ragapp.models.catalog import embedder_name
from ragapp.models.checks import check_models, model_states
from ragapp.models.remembering import RememberingEmbedder
from ragapp.observe.models import TracedEmbedder, TracedGenerator
from ragapp.observe.silent import SilentObserver
from ragapp.observe.telemetry import Telemetry
from ragapp.pages.renderer import SandboxedRenderer, page_limits
from ragapp.premises import Premises, disk_use
from ragapp.protocols import CacheStore, Embedder, Generator, Observer, RateLimiter
from ragapp.retrieve.hybrid import Retriever
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.storage import open_blobs, open_database
from ragapp.store.answers import SqlAnswers
from ragapp.store.audit import SqlAudit
from ragapp.store.conversations import SqlConversations
from ragapp.store.jobs import SqlJobQueue
from ragapp.store.keys import SqlKeys
from ragapp.store.sql import SqlStore
from ragapp.store.usage import SqlUsage
from ragapp.tasks.board import LocalTaskBoard
from ragapp.types import Limits as KeyLimits
from ragapp.types import ModelNames

INGEST_VERSION = 2
"""Raise it when the same bytes would be parsed or chunked differently than before."""

WITHOUT_EFFECT = {
    "data_dir",
    "models_dir",
    "database_url",
    "blobs",
    "s3_endpoint",
    "s3_region",
    "s3_access_key_id",
    "s3_secret_access_key",
    "qdrant_api_key",
    "qdrant_prefix",
    "qdrant_shards",
    "qdrant_replicas",
    "qdrant_timeout",
    "openai_api_key",
    "generator_timeout",
    "threads",
    "max_upload_bytes",
    "page_seconds",
    "page_cache_bytes",
    "lease_seconds",
    "cache",
    "redis_url",
    "cache_threshold",
    "cache_seconds",
    "cache_entries",
    "cache_timeout",
    "cache_audit_share",
    "cache_audit_limit",
    "answer_days",
    "mcp_ingest",
    "log_format",
    "log_level",
    "otlp_endpoint",
    "max_questions",
    "max_searches",
    "max_uploads",
    "max_waiting",
    "wait_seconds",
    "max_queue",
    "shutdown_seconds",
    "allowed_hosts",
    "cors_origins",
    "key_requests_per_minute",
    "key_questions_per_day",
    "key_tokens_per_day",
    "key_upload_bytes_per_day",
    "key_waiting_documents",
}
"""Settings that cannot change what is found or answered."""


@dataclass(frozen=True, slots=True)
class Workbench:
    """What a worker needs to bring documents in."""

    engine: Engine
    store: SqlStore
    queue: SqlJobQueue
    embedder: Lazy[Embedder]
    """Of new collections."""
    embedders: Embedders
    """Of those that there are."""
    telemetry: Telemetry | None = None

    @property
    def observer(self) -> Observer:
        return self.telemetry or SilentObserver()


def build_workbench(settings: Settings, telemetry: Telemetry | None = None) -> Workbench:
    """Opens the data folder (making it when it is not there). The embedder loads when first needed.

    What uses the workbench is watched by `telemetry`, if there is one.
    """

    def embedder_of(chosen: Settings) -> Embedder:
        built = build_embedder(chosen)
        return built if telemetry is None else TracedEmbedder(built, telemetry)

    engine = open_database(settings)
    embedder: Lazy[Embedder] = Lazy(lambda: RememberingEmbedder(embedder_of(settings)))
    return Workbench(
        engine=engine,
        store=SqlStore(engine, open_blobs(settings), settings.max_upload_bytes),
        queue=SqlJobQueue(engine, settings.lease_seconds),
        embedder=embedder,
        embedders=Embedders(
            embedder,
            lambda name: embedder_of(settings.model_copy(update={"embedder": name})),
            embedder_name,
        ),
        telemetry=telemetry,
    )


def build_service(settings: Settings, bench: Workbench | None = None) -> RagService:
    """The service over a workbench: the given one, shared, or one of its own."""
    bench = bench or build_workbench(settings)
    store, embedder = bench.store, bench.embedder
    index = build_index(settings, store)
    writers = _build_writers(settings, bench.telemetry)
    retriever = Lazy(
        lambda: Retriever(
            store,
            index,
            bench.embedders.of,
            build_reranker(settings.reranker, settings) if settings.reranker else None,
            candidates=settings.candidates,
            fusion=settings.fusion,
        )
    )
    history = History(SqlAnswers(bench.engine, settings.answer_days), SqlConversations(bench.engine))
    cache = build_cache(settings, store, embedder)
    return RagService(
        store=store,
        queue=bench.queue,
        index=index,
        embedder=embedder,
        embedders=bench.embedders,
        retriever=retriever,
        writers=writers,
        asking=Asking(
            retriever=retriever,
            rewriter=Rewriter(writers if settings.follow_ups == "generator" else None),
            writers=writers,
            answerer=_build_answerer(settings, store, writers),
            history=history,
            cache=cache,
            settings=answer_settings(settings),
            observer=bench.observer,
        ),
        history=history,
        callers=_build_callers(settings, bench),
        cache=cache,
        recipe=recipe(settings),
        renderer=_build_renderer(settings),
        names=ModelNames(settings.embedder, settings.reranker, "extractive"),
        observer=bench.observer,
        tasks=LocalTaskBoard(settings.data_dir),
        premises=Premises(
            check_models=partial(check_models, settings.models_dir),
            models=partial(model_states, settings.models_dir),
            disk_use=partial(disk_use, settings.data_dir, settings.models_dir),
        ),
    )


def _build_callers(settings: Settings, bench: Workbench) -> Callers:
    return Callers(
        Keyring(SqlKeys(bench.engine)),
        Meter(
            SqlUsage(bench.engine),
            rates=Lazy(lambda: _build_rates(settings)),
            waiting=bench.queue.waiting,
            defaults=KeyLimits(
                requests_per_minute=settings.key_requests_per_minute,
                questions_per_day=settings.key_questions_per_day,
                tokens_per_day=settings.key_tokens_per_day,
                upload_bytes_per_day=settings.key_upload_bytes_per_day,
                waiting_documents=settings.key_waiting_documents,
            ),
        ),
        Trail(SqlAudit(bench.engine)),
    )


def _build_rates(settings: Settings) -> RateLimiter:
    from ragapp.callers.rates import Rates  # noqa: PLC0415  only where a key has a limit

    url = settings.redis_url
    return Rates(None if url is None else url.get_secret_value(), settings.cache_timeout)


def _build_renderer(settings: Settings) -> SandboxedRenderer:
    return SandboxedRenderer(
        settings.data_dir / "pages",
        settings.page_cache_bytes,
        page_limits(settings.parse_memory_bytes, settings.page_seconds),
        settings.pdf_password,
    )


def _build_writers(settings: Settings, telemetry: Telemetry | None) -> Writers:
    usual, large = build_generators(settings), build_large_generator(settings)

    def watched(generator: Generator) -> Generator:
        return generator if telemetry is None else TracedGenerator(generator, telemetry)

    return Writers([watched(one) for one in usual], None if large is None else watched(large))


def _build_answerer(settings: Settings, store: SqlStore, writers: Writers) -> Answerer:
    return Answerer(
        writers,
        page_at=store.page_at,
        span_of=store.span,
        limits=Limits(settings.prompt_tokens, settings.answer_tokens, settings.widen_tokens),
        strict=settings.verify == "strict",
        support_model=_build_support_model(settings),
    )


def _build_support_model(settings: Settings) -> SupportModel | None:
    name = settings.support_model
    if not name:
        return None
    model = Lazy(lambda: build_reranker(name, settings))

    def read(question: str, texts: Sequence[str]) -> NDArray[np.float32] | None:
        try:
            return model.get().score(question, texts)
        except ModelError:  # its files are still on their way
            return None

    return read


def build_cache(
    settings: Settings, store: SqlStore, embedder: Lazy[Embedder], now: Callable[[], float] = time.time
) -> AnswerCache | None:
    """The cache of answers; None when it is switched off."""
    if not settings.cache:
        return None
    return AnswerCache(
        SteadyCacheStore(build_cache_store(settings, now)),
        embed=lambda question: embedder.get().embed_query(question),
        newcomers_since=store.published_since,
        rules=CacheRules(
            threshold=lambda: settings.cache_threshold or calibrated_threshold(embedder.get().fingerprint),
            seconds=settings.cache_seconds,
            audit_share=settings.cache_audit_share,
            audit_limit=settings.cache_audit_limit,
        ),
        now=now,
    )


def build_cache_store(settings: Settings, now: Callable[[], float] = time.time) -> CacheStore:
    """Raises UsageError, StorageError."""
    if settings.redis_url is not None:
        from ragapp.cachestore.redis import RedisCacheStore  # noqa: PLC0415  most do without the client

        url = settings.redis_url.get_secret_value()
        return RedisCacheStore(url, settings.cache_entries, settings.cache_timeout, now)
    return EmbeddedCacheStore(
        settings.data_dir / "cache", settings.cache_entries, settings.cache_timeout, now
    )


def answer_settings(settings: Settings) -> str:
    """Everything set that could change hits or answers, in one spelling: a new setting counts until it is
    known not to."""
    values = settings.model_dump(mode="json", exclude=WITHOUT_EFFECT)
    return json.dumps({"ingest": INGEST_VERSION, **values}, sort_keys=True)


def recipe(settings: Settings) -> str:
    """Names what turns bytes into chunks: documents brought in by another recipe are worth redoing."""
    return f"{INGEST_VERSION}/{settings.embedder}/{settings.chunk_tokens}"
