"""The whole service."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ragapp.answering.history import History
from ragapp.answering.rewriting import Rewriter
from ragapp.bootstrap.answering import build_answerer, build_generator_chain
from ragapp.bootstrap.auth import build_auth
from ragapp.bootstrap.cache import build_cache
from ragapp.bootstrap.fingerprints import answer_settings, ingest_fingerprint
from ragapp.bootstrap.runtime import IngestRuntime, build_runtime
from ragapp.bootstrap.storage import open_blobs
from ragapp.indexes.build import build_index
from ragapp.lazy import Lazy
from ragapp.models.build import build_reranker
from ragapp.models.model_folder import check_models, model_states
from ragapp.page_images.page_cache import PageCache
from ragapp.page_images.renderer import SandboxedRenderer, page_limits
from ragapp.protocols import EvaluationService, OpenEvaluations
from ragapp.retrieval.retriever import Retriever
from ragapp.sandbox.check import check_confinement
from ragapp.service import RagService
from ragapp.service.ask_pipeline import AskPipeline
from ragapp.service.host import Host, check_permissions, disk_use, search_files
from ragapp.settings import Settings
from ragapp.store.answers import SqlAnswers
from ragapp.store.artifacts import SqlArtifacts
from ragapp.store.conversations import SqlConversations
from ragapp.store.tasks import SqlTasks
from ragapp.tasks.runner import TaskRunner
from ragapp.types import ModelNames


def build_service(
    settings: Settings, bench: IngestRuntime | None = None, evals: OpenEvaluations | None = None
) -> RagService:
    """The service over a workbench: the given one, shared, or one of its own; with or without evaluations."""
    bench = bench or build_runtime(settings)
    store, embedder = bench.store, bench.embedder
    places = settings.data_dir, Path(settings.resolved_blobs), settings.models_dir
    index = build_index(settings, store)
    generators = build_generator_chain(settings, bench.telemetry)
    retriever = Lazy(
        lambda: Retriever(
            store,
            index,
            bench.embedders.of,
            build_reranker(settings.reranker, settings) if settings.reranker else None,
            candidates=settings.candidates,
            fusion=settings.fusion,
            dense_weight=settings.dense_weight,
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
        generators=generators,
        pipeline=AskPipeline(
            rewriter=Rewriter(generators if settings.follow_ups == "generator" else None),
            retriever=retriever,
            cache=cache,
            answerer=build_answerer(settings, store, generators),
            generators=generators,
            history=history,
            settings=answer_settings(settings),
            observer=bench.observer,
        ),
        history=history,
        auth=build_auth(settings, bench),
        cache=cache,
        ingest_fingerprint=ingest_fingerprint(settings),
        renderer=_build_renderer(settings, bench.pages),
        names=ModelNames(settings.embedder, settings.reranker, "extractive"),
        observer=bench.observer,
        tasks=TaskRunner(SqlTasks(bench.engine, settings.lease_seconds), settings.data_dir),
        evals=None if evals is None else Lazy(partial(_open_evaluations, evals, settings, bench)),
        host=Host(
            check_models=partial(check_models, settings.models_dir),
            models=partial(model_states, settings.models_dir),
            disk_use=partial(disk_use, *places),
            check_permissions=partial(check_permissions, *places),
            search_files=partial(search_files, *places),
            check_confinement=check_confinement,
        ),
    )


def _open_evaluations(
    open_desk: OpenEvaluations, settings: Settings, bench: IngestRuntime
) -> EvaluationService:
    return open_desk(SqlArtifacts(bench.engine, open_blobs(settings)))


def _build_renderer(settings: Settings, kept: PageCache) -> SandboxedRenderer:
    return SandboxedRenderer(
        kept,
        page_limits(settings.parse_memory_bytes, settings.page_seconds),
        settings.pdf_password,
    )
