"""What the ingest workers and the service share: database, queue, embedders, caches."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass

from sqlalchemy import Engine

from ragapp.bootstrap.cache import build_cache_store
from ragapp.bootstrap.plugins import readers_in_use
from ragapp.bootstrap.storage import open_blobs, open_database
from ragapp.errors import StorageError
from ragapp.lazy import Lazy
from ragapp.models.build import build_embedder
from ragapp.models.caching_embedder import CachingEmbedder
from ragapp.models.catalog import embedder_name
from ragapp.models.transcription import build_transcriber
from ragapp.page_images.page_cache import PageCache
from ragapp.protocols import CacheStore, Embedder, Observer, Transcriber
from ragapp.retrieval.embedder_registry import EmbedderRegistry
from ragapp.settings import AnswerSettings, Settings
from ragapp.store.job_queue import SqlJobQueue
from ragapp.store.sql_store import SqlStore
from ragapp.telemetry.observer import NullObserver, Telemetry
from ragapp.telemetry.traced_models import TracedEmbedder

log = logging.getLogger(__name__)

INGEST_VERSION = 11
"""To be increased when the same bytes would be parsed or chunked differently than before."""


@dataclass(frozen=True, slots=True)
class IngestRuntime:
    """What the ingest workers and the service share."""

    engine: Engine
    store: SqlStore
    queue: SqlJobQueue
    embedder: Lazy[Embedder]
    """The embedder of new collections."""
    embedders: EmbedderRegistry
    """The embedders of existing collections."""
    cache_store: Lazy[CacheStore] | None
    """The store of cached answers; None when the cache is switched off."""
    pages: PageCache
    transcriber: Transcriber | None = None
    telemetry: Telemetry | None = None

    def forget_replaced(self, document_id: str) -> None:
        """Removes the page images of a replaced version on this machine, and the cached answers that cite it.

        Where that fails, the cache rejects such answers when they are looked up.
        """
        self.pages.forget(document_id)
        if self.cache_store is None:
            return
        try:
            self.cache_store.get().clear(document=document_id)
        except StorageError as error:
            log.warning("Cached answers could not be removed and will be rejected at look-up: %s", error)

    @property
    def observer(self) -> Observer:
        return self.telemetry or NullObserver()


def build_runtime(settings: Settings, telemetry: Telemetry | None = None) -> IngestRuntime:
    """Opens the data folder, creating it if necessary. The embedder is loaded when it is first needed.

    Uses of the models are traced by `telemetry`, if given.
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
        cache_store=Lazy(lambda: build_cache_store(settings)) if settings.cache else None,
        pages=PageCache(settings.data_dir / "pages", settings.page_cache_bytes),
        transcriber=build_transcriber(settings),
        telemetry=telemetry,
    )


def answer_settings(settings: Settings) -> str:
    """All settings that can change hits or answers, as a string."""
    values = settings.model_dump(mode="json", include=set(AnswerSettings.model_fields))
    return json.dumps({"ingest": INGEST_VERSION, **values}, sort_keys=True)


def ingest_fingerprint(settings: Settings) -> str:
    """Identifies how bytes become chunks, plugins included. Documents with another fingerprint are ingested
    again."""
    own = f"{INGEST_VERSION}/{settings.embedder}/{settings.chunk_tokens}/{settings.data_file_rows}"
    own += "" if settings.read_hidden else "/no hidden parts"
    plugins = readers_in_use(settings)
    return f"{own}/{hashlib.sha256(plugins.encode()).hexdigest()[:16]}" if plugins else own
