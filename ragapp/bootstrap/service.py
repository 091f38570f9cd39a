"""The whole service."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ragapp.answer.history import History
from ragapp.answer.rewriting import Rewriter
from ragapp.asking import Asking
from ragapp.bootstrap.answering import build_answerer, build_writers
from ragapp.bootstrap.cache import build_cache
from ragapp.bootstrap.callers import build_callers
from ragapp.bootstrap.fingerprints import answer_settings, recipe
from ragapp.bootstrap.storage import open_blobs
from ragapp.bootstrap.workbench import Workbench, build_workbench
from ragapp.index.build import build_index
from ragapp.lazy import Lazy
from ragapp.models.build import build_reranker
from ragapp.models.checks import check_models, model_states
from ragapp.pages.keeping import KeptPages
from ragapp.pages.renderer import SandboxedRenderer, page_limits
from ragapp.protocols import EvalDesk, OpenEvalDesk
from ragapp.retrieve.hybrid import Retriever
from ragapp.sandbox.check import check_confinement
from ragapp.service import RagService
from ragapp.service.premises import Premises, check_permissions, disk_use, search_files
from ragapp.settings import Settings
from ragapp.store.answers import SqlAnswers
from ragapp.store.artifacts import SqlArtifacts
from ragapp.store.conversations import SqlConversations
from ragapp.store.tasks import SqlTasks
from ragapp.tasks.board import LocalTaskBoard
from ragapp.types import ModelNames


def build_service(
    settings: Settings, bench: Workbench | None = None, evals: OpenEvalDesk | None = None
) -> RagService:
    """The service over a workbench: the given one, shared, or one of its own; with or without evaluations."""
    bench = bench or build_workbench(settings)
    store, embedder = bench.store, bench.embedder
    places = settings.data_dir, Path(settings.resolved_blobs), settings.models_dir
    index = build_index(settings, store)
    writers = build_writers(settings, bench.telemetry)
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
        retriever=retriever,
        writers=writers,
        asking=Asking(
            retriever=retriever,
            rewriter=Rewriter(writers if settings.follow_ups == "generator" else None),
            writers=writers,
            answerer=build_answerer(settings, store, writers),
            history=history,
            cache=cache,
            settings=answer_settings(settings),
            observer=bench.observer,
        ),
        history=history,
        callers=build_callers(settings, bench),
        cache=cache,
        recipe=recipe(settings),
        renderer=_build_renderer(settings, bench.pages),
        names=ModelNames(settings.embedder, settings.reranker, "extractive"),
        observer=bench.observer,
        tasks=LocalTaskBoard(SqlTasks(bench.engine, settings.lease_seconds), settings.data_dir),
        evals=None if evals is None else Lazy(partial(_open_desk, evals, settings, bench)),
        premises=Premises(
            check_models=partial(check_models, settings.models_dir),
            models=partial(model_states, settings.models_dir),
            disk_use=partial(disk_use, *places),
            check_permissions=partial(check_permissions, *places),
            search_files=partial(search_files, *places),
            check_confinement=check_confinement,
        ),
    )


def _open_desk(open_desk: OpenEvalDesk, settings: Settings, bench: Workbench) -> EvalDesk:
    return open_desk(SqlArtifacts(bench.engine, open_blobs(settings)))


def _build_renderer(settings: Settings, kept: KeptPages) -> SandboxedRenderer:
    return SandboxedRenderer(
        kept,
        page_limits(settings.parse_memory_bytes, settings.page_seconds),
        settings.pdf_password,
    )
