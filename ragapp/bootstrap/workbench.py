"""What a worker needs to bring documents in, and the service to find them."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy import Engine

from ragapp.bootstrap.cachestore import build_cache_store
from ragapp.bootstrap.storage import open_blobs, open_database
from ragapp.embedders import Embedders
from ragapp.errors import StorageError
from ragapp.lazy import Lazy
from ragapp.models.build import build_embedder
from ragapp.models.catalog import embedder_name
from ragapp.models.remembering import RememberingEmbedder
from ragapp.observe.models import TracedEmbedder
from ragapp.observe.silent import SilentObserver
from ragapp.observe.telemetry import Telemetry
from ragapp.pages.keeping import KeptPages
from ragapp.protocols import CacheStore, Embedder, Observer
from ragapp.settings import Settings
from ragapp.store.jobs import SqlJobQueue
from ragapp.store.sql import SqlStore

log = logging.getLogger(__name__)


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
    kept: Lazy[CacheStore] | None
    """Where answers are kept; None when they are not."""
    pages: KeptPages
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
        kept=Lazy(lambda: build_cache_store(settings)) if settings.cache else None,
        pages=KeptPages(settings.data_dir / "pages", settings.page_cache_bytes),
        telemetry=telemetry,
    )
