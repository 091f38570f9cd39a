"""Builds the service."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ragapp.answering.history import History
from ragapp.answering.rewriting import Rewriter
from ragapp.auth import ApiKeys, AuditLog, Auth, Quotas
from ragapp.bootstrap.answering import build_answerer, build_generator_chain, use_generator
from ragapp.bootstrap.cache import build_cache
from ragapp.bootstrap.runtime import (
    IngestRuntime,
    answer_settings,
    build_runtime,
    ingest_fingerprint,
)
from ragapp.bootstrap.storage import open_blobs
from ragapp.data_files.engine import SandboxedTableEngine
from ragapp.indexes.build import build_index
from ragapp.lazy import Lazy
from ragapp.models.build import build_reranker
from ragapp.models.discovery import find_models
from ragapp.models.model_folder import check_models, model_states
from ragapp.page_images.page_cache import PageCache
from ragapp.page_images.renderer import SandboxedRenderer, page_limits
from ragapp.protocols import EvaluationService, OpenEvaluations, RateLimiter
from ragapp.retrieval.named_documents import NamedDocuments
from ragapp.retrieval.retriever import Retriever
from ragapp.sandbox import SandboxLimits
from ragapp.sandbox.check import check_confinement
from ragapp.service import RagService
from ragapp.service.host import Host, check_permissions, disk_use, search_files
from ragapp.settings import Settings
from ragapp.store.answers import SqlAnswers
from ragapp.store.artifacts import SqlArtifacts
from ragapp.store.auth import SqlAudit, SqlKeys, SqlUsage
from ragapp.store.conversations import SqlConversations
from ragapp.store.preferences import SqlPreferences
from ragapp.store.tasks import SqlTasks
from ragapp.table_queries.queries import TableQueries
from ragapp.tasks.runner import TaskRunner
from ragapp.types import KeyLimits, ModelNames


def build_service(
    settings: Settings, runtime: IngestRuntime | None = None, evals: OpenEvaluations | None = None
) -> RagService:
    """The service. It shares the given runtime, or builds its own; evaluations are optional."""
    runtime = runtime or build_runtime(settings)
    store, embedder = runtime.store, runtime.embedder
    places = settings.data_dir, Path(settings.resolved_blobs), settings.models_dir
    index = build_index(settings, store)
    generators = build_generator_chain(settings, runtime.telemetry)
    named = NamedDocuments(store.document_labels)
    retriever = Lazy(
        lambda: Retriever(
            store,
            index,
            runtime.embedders.of,
            build_reranker(settings.reranker, settings) if settings.reranker else None,
            named=named,
            candidates=settings.candidates,
            fusion=settings.fusion,
            dense_weight=settings.dense_weight,
        )
    )
    tables = TableQueries(store, _build_table_engine(settings))
    history = History(SqlAnswers(runtime.engine, settings.answer_days), SqlConversations(runtime.engine))
    cache = build_cache(settings, store, embedder)
    return RagService(
        store=store,
        table_queries=tables,
        queue=runtime.queue,
        index=index,
        embedder=embedder,
        embedders=runtime.embedders,
        generators=generators,
        rewriter=Rewriter(generators if settings.follow_ups == "generator" else None),
        retriever=retriever,
        answerer=build_answerer(settings, store, generators, named, retriever, tables=tables),
        answer_settings=answer_settings(settings),
        history=history,
        auth=_build_auth(settings, runtime),
        cache=cache,
        ingest_fingerprint=ingest_fingerprint(settings),
        renderer=_build_renderer(settings, runtime.pages),
        names=ModelNames(settings.embedder, settings.reranker, "extractive"),
        observer=runtime.observer,
        tasks=TaskRunner(SqlTasks(runtime.engine, settings.lease_seconds), settings.data_dir),
        evals=None if evals is None else Lazy(partial(_open_evaluations, evals, settings, runtime)),
        host=Host(
            check_models=partial(check_models, settings.models_dir),
            models=partial(model_states, settings.models_dir),
            disk_use=partial(disk_use, *places),
            check_permissions=partial(check_permissions, *places),
            search_files=partial(search_files, *places),
            check_confinement=check_confinement,
            find_models=partial(find_models, settings),
            use_generator=partial(use_generator, settings, generators, runtime.telemetry),
        ),
    )


def _open_evaluations(
    open_evaluations: OpenEvaluations, settings: Settings, runtime: IngestRuntime
) -> EvaluationService:
    return open_evaluations(SqlArtifacts(runtime.engine, open_blobs(settings)))


def _build_renderer(settings: Settings, cache: PageCache) -> SandboxedRenderer:
    return SandboxedRenderer(
        cache,
        page_limits(settings.parse_memory_bytes, settings.page_seconds),
        settings.pdf_password,
    )


def _build_table_engine(settings: Settings) -> SandboxedTableEngine:
    limits = SandboxLimits(
        memory=settings.parse_memory_bytes,
        output=settings.parse_output_bytes,
        cpu_seconds=settings.parse_cpu_seconds,
        wall_seconds=settings.table_query_seconds,
    )
    return SandboxedTableEngine(limits)


def _build_auth(settings: Settings, runtime: IngestRuntime) -> Auth:
    return Auth(
        ApiKeys(SqlKeys(runtime.engine)),
        Quotas(
            SqlUsage(runtime.engine),
            rates=Lazy(lambda: _build_rates(settings)),
            waiting=runtime.queue.waiting,
            defaults=KeyLimits(
                requests_per_minute=settings.key_requests_per_minute,
                questions_per_day=settings.key_questions_per_day,
                tokens_per_day=settings.key_tokens_per_day,
                upload_bytes_per_day=settings.key_upload_bytes_per_day,
                waiting_documents=settings.key_waiting_documents,
            ),
        ),
        AuditLog(SqlAudit(runtime.engine)),
        SqlPreferences(runtime.engine),
    )


def _build_rates(settings: Settings) -> RateLimiter:
    from ragapp.auth.rate_limits import RateLimits  # noqa: PLC0415  needed only if a key has a limit

    url = settings.redis_url
    return RateLimits(None if url is None else url.get_secret_value(), settings.cache_timeout)
