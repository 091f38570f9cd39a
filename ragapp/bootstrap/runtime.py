"""What a worker needs to bring documents in, and the service to find them."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy import Engine

from ragapp.bootstrap.cache import build_cache_store
from ragapp.bootstrap.storage import open_blobs, open_database
from ragapp.errors import StorageError
from ragapp.lazy import Lazy
from ragapp.models.build import build_embedder
from ragapp.models.caching_embedder import CachingEmbedder
from ragapp.models.catalog import embedder_name
from ragapp.page_images.page_cache import PageCache
from ragapp.protocols import CacheStore, Embedder, Observer
from ragapp.retrieval.embedder_registry import EmbedderRegistry
from ragapp.settings import Settings
from ragapp.store.job_queue import SqlJobQueue
from ragapp.store.sql_store import SqlStore
from ragapp.telemetry.null_observer import NullObserver
from ragapp.telemetry.observer import Telemetry
from ragapp.telemetry.traced_models import TracedEmbedder

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IngestRuntime:
    """What a worker needs to bring documents in."""

    engine: Engine
    store: SqlStore
    queue: SqlJobQueue
    embedder: Lazy[Embedder]
    """Of new collections."""
    embedders: EmbedderRegistry
    """Of those that there are."""
    kept: Lazy[CacheStore] | None
    """Where answers are kept; None when they are not."""
    pages: PageCache
    telemetry: Telemetry | None = None

    def forget_former(self, document_id: str) -> None:
        """Removes what is kept of its former version: pictures of pages here, and answers that cite it.

        Where that fails, answers are found out of date when asked for.
        """
        self.pages.forget(document_id)
        if self.kept is None:
            return
        try:
            self.kept.get().clear(document=document_id)
        except StorageError as error:
            log.warning("Kept answers wait to be found out of date: %s", error)

    @property
    def observer(self) -> Observer:
        return self.telemetry or NullObserver()


def build_runtime(settings: Settings, telemetry: Telemetry | None = None) -> IngestRuntime:
    """Opens the data folder (making it when it is not there). The embedder loads when first needed.

    What uses the workbench is watched by `telemetry`, if there is one.
    """

    def embedder_of(chosen: Settings) -> Embedder:
        built = build_embedder(chosen)
        return built if telemetry is None else TracedEmbedder(built, telemetry)

    engine = open_database(settings)
    embedder: Lazy[Embedder] = Lazy(lambda: CachingEmbedder(embedder_of(settings)))
    return IngestRuntime(
        engine=engine,
        store=SqlStore(engine, open_blobs(settings), settings.max_upload_bytes),
        queue=SqlJobQueue(engine, settings.lease_seconds),
        embedder=embedder,
        embedders=EmbedderRegistry(
            embedder,
            lambda name: embedder_of(settings.model_copy(update={"embedder": name})),
            embedder_name,
        ),
        kept=Lazy(lambda: build_cache_store(settings)) if settings.cache else None,
        pages=PageCache(settings.data_dir / "pages", settings.page_cache_bytes),
        telemetry=telemetry,
    )
