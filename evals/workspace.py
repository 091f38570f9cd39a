"""The workspace of an evaluation: a data folder into which its documents are ingested once."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from rich.progress import Progress

from evals.runs import fingerprint
from ingest.lease import held
from ingest.pipeline import build_pipeline
from ingest.sandbox import ParserSandbox, parse_limits
from ragapp.bootstrap import IngestRuntime, build_runtime, build_service, ingest_fingerprint
from ragapp.protocols import JobQueue
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import Job

IDLE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Workspace:
    """A collection for one corpus, one ingest fingerprint and one embedder (its fingerprint).

    `bare` is the same service without a reranker.
    """

    service: RagService
    bare: RagService
    collection: str
    embedder: str
    settings: Settings
    runtime: IngestRuntime

    def ingest_pending(self, progress: Progress) -> None:
        """Ingests in this process until the queue is empty. Raises ModelError, StorageError."""
        backlog = self.service.backlog(self.collection)
        stages = 2 * backlog.unparsed + backlog.unembedded
        if not stages:
            return
        task = progress.add_task("ingesting", total=stages)
        with closing(ParserSandbox(parse_limits(self.settings))) as sandbox:
            pipeline = build_pipeline(self.runtime, self.settings, sandbox)
            for job in _jobs(self.runtime.queue):
                with held(self.runtime.queue, job, self.settings.lease_seconds):
                    pipeline.work(job, Event(), lambda _: None)
                progress.advance(task)
        progress.update(task, completed=stages)


@contextmanager
def open_workspace(name: str, corpus_sha256: str, settings: Settings) -> Iterator[Workspace]:
    """Opens the workspace, with everything that was ingested before, or creates it.

    The data folder is `evals/NAME-HASH` in that of `settings`. The hash depends on the corpus and the ingest
    fingerprint, and the name of the collection on the weights of the embedder. So documents that were
    ingested from other texts or in another way are never scored, and former settings find their corpus again.
    """
    own = workspace_settings(name, corpus_sha256, settings)
    runtime = build_runtime(own)
    service = build_service(own, runtime)
    reranks = own.reranker is not None
    bare = build_service(own.model_copy(update={"reranker": None}), runtime) if reranks else service
    try:
        embedder = runtime.embedder.get().fingerprint
        collection = fingerprint(embedder)
        if collection not in {known.name for known in service.collections()}:
            service.create_collection(collection)
        yield Workspace(service, bare, collection, embedder, own, runtime)
    finally:
        if bare is not service:
            bare.close()
        service.close()


def workspace_settings(name: str, corpus_sha256: str, settings: Settings) -> Settings:
    """The settings with a separate data folder and database for the corpus."""
    folder: Path = (
        settings.data_dir / "evals" / f"{name}-{fingerprint(corpus_sha256, ingest_fingerprint(settings))}"
    )
    return settings.model_copy(update={"data_dir": folder, "database_url": None, "blobs": None})


def _jobs(queue: JobQueue) -> Iterator[Job]:
    """Yields all jobs. Waits for those that another process holds, because it may have died."""
    worker = f"eval-{os.getpid()}"
    while True:
        job = queue.claim(worker)
        if job is not None:
            yield job
        elif queue.waiting():
            time.sleep(IDLE_SECONDS)
        else:
            return
