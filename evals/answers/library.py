"""A dataset's files as ragapp has them: through the real ingest, once, into a data folder of their own."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from rich.progress import Progress

from evals.answers.types import HALF, ID, AnswerDataset
from evals.datasets.halves import halves
from evals.runs import fingerprint
from ingest.lease import held
from ingest.pipeline import build_pipeline
from ingest.sandbox import Sandbox, parse_limits
from ragapp.bootstrap import Workbench, build_service, build_workbench, recipe
from ragapp.protocols import JobQueue
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import Job

IDLE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Library:
    """An ingested dataset. `ids` are the dataset's by ragapp's own; `failures` could not be ingested."""

    service: RagService
    collection: str
    ids: Mapping[str, str]
    failures: tuple[str, ...]
    embedder: str
    recipe: str


@contextmanager
def open_library(dataset: AnswerDataset, settings: Settings, progress: Progress) -> Iterator[Library]:
    """Ingests what is not there yet, and opens it with the generator of `settings`.

    The data folder is `evals/NAME-HASH` in that of `settings`; the hash binds the files and the recipe,
    and the collection in it the embedder's weights.
    """
    own = library_settings(dataset, settings)
    bench = build_workbench(own)
    service = build_service(own, bench)
    try:
        embedder = bench.embedder.get().fingerprint
        collection = fingerprint(embedder)
        if collection not in {known.name for known in service.collections()}:
            service.create_collection(collection)
        _hand_in(dataset, service, collection)
        _work_off(bench, service, collection, own, progress)
        documents = service.documents(collection)
        yield Library(
            service=service,
            collection=collection,
            ids={document.id: document.metadata[ID] for document in documents},
            failures=tuple(f"{d.name}: {d.error}" for d in documents if d.status == "failed"),
            embedder=embedder,
            recipe=recipe(own),
        )
    finally:
        service.close()


def library_settings(dataset: AnswerDataset, settings: Settings) -> Settings:
    """The same settings over a data folder, and a database in it, of the dataset's own."""
    name = f"{dataset.name}-{fingerprint(dataset.corpus_sha256, recipe(settings))}"
    folder: Path = settings.data_dir / "evals" / name
    return settings.model_copy(update={"data_dir": folder, "database_url": None})


def _hand_in(dataset: AnswerDataset, service: RagService, collection: str) -> None:
    there = {d.metadata[ID] for d in service.documents(collection) if d.status != "failed"}
    half = halves(dataset.files)
    for file in dataset.files:
        if file.id not in there:
            metadata = {ID: file.id, HALF: half[file.id]}
            data = io.BytesIO(file.read())
            service.upload(collection, file.name, data, source=file.id, metadata=metadata)


def _work_off(
    bench: Workbench, service: RagService, collection: str, settings: Settings, progress: Progress
) -> None:
    """Ingests in this process until nothing waits. Raises ModelError, StorageError."""
    backlog = service.backlog(collection)
    if not backlog.unparsed + backlog.unembedded:
        return
    task = progress.add_task("ingesting", total=None)
    with closing(Sandbox(parse_limits(settings))) as sandbox:
        pipeline = build_pipeline(bench, settings, sandbox)
        for job in _jobs(bench.queue):
            with held(bench.queue, job, settings.lease_seconds):
                pipeline.work(job, Event(), lambda _: progress.advance(task))
    progress.remove_task(task)


def _jobs(queue: JobQueue) -> Iterator[Job]:
    """Every job there is; waits for those that another process holds, as it may have died."""
    worker = f"eval-{os.getpid()}"
    while True:
        job = queue.claim(worker)
        if job is not None:
            yield job
        elif queue.waiting():
            time.sleep(IDLE_SECONDS)
        else:
            return
