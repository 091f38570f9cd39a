"""One stage of a document's way in: parse it so that its words are found, or embed what was parsed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event

from ingest.chunk import chunk
from ingest.sandbox import Sandbox
from ragapp.errors import ConflictError, EmbedderMismatch, NotFoundError, ParseError, RagappError
from ragapp.protocols import DocumentStore, Embedder, JobQueue
from ragapp.types import Job

log = logging.getLogger(__name__)

BATCH = 32
"""Chunks embedded between two checkpoints: what a killed worker has to do again."""

TURN = 16
"""Batches of one document in a row; then documents that came in meanwhile, not found yet, go first."""


class Pipeline:
    """Works on claimed jobs. `embedder` is called for each job, as the model may take long to load."""

    def __init__(
        self,
        store: DocumentStore,
        queue: JobQueue,
        embedder: Callable[[], Embedder],
        sandbox: Sandbox,
        chunk_tokens: int,
    ) -> None:
        self._store = store
        self._queue = queue
        self._embedder = embedder
        self._sandbox = sandbox
        self._chunk_tokens = chunk_tokens

    def work(self, job: Job, stop: Event, progress: Callable[[Job], None]) -> None:
        """Does the stage that the job waits for, or a part of it when `stop` is set or its turn ends.

        A document that cannot be read fails with the reason. `progress` is called after every checkpoint.
        Raises ModelError and StorageError, after giving the job back: those are not the document's fault.
        """
        try:
            if job.status == "searchable":
                self._embed(job, stop, progress)
            else:
                self._parse(job)
        except (ParseError, EmbedderMismatch, NotFoundError) as error:
            log.info("%s failed: %s", job.name, error)
            self._queue.fail(job, str(error))
        except ConflictError as error:
            log.info("%s", error)
            self._queue.release(job)
        except RagappError:
            self._queue.release(job)
            raise
        progress(job)

    def _parse(self, job: Job) -> None:
        embedder = self._embedder()
        with self._store.blob(job.sha256) as data:
            parsed = self._sandbox.parse(data, job.name)
        chunks = chunk(parsed, embedder.token_spans, min(self._chunk_tokens, embedder.max_tokens))
        self._store.publish(job, parsed, chunks)

    def _embed(self, job: Job, stop: Event, progress: Callable[[Job], None]) -> None:
        embedder = self._embedder()
        built_with = self._store.collection(job.collection).embedder
        if built_with != embedder.fingerprint:
            raise EmbedderMismatch(
                f"Collection {job.collection!r} was built with {built_with}, not {embedder.fingerprint}. Set "
                "RAGAPP_EMBEDDER back, or add the document to a new collection."
            )
        for _ in range(TURN):
            batch = self._store.chunks_without_vector(job, embedder.fingerprint, BATCH)
            if not batch:
                self._store.publish_vectors(job, embedder.fingerprint)
                return
            if stop.is_set():
                break
            digests, texts = zip(*batch, strict=True)
            vectors = embedder.embed_passages(texts)
            self._store.add_vectors(job, embedder.fingerprint, digests, vectors)
            progress(job)
        self._queue.release(job)
