"""A dataset's corpus as ragapp has it: through the real ingest, once, into a data folder of its own."""

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

from evals.runs import fingerprint
from evals.types import CorpusDocument, RetrievalDataset
from ingest.lease import held
from ingest.pipeline import build_pipeline
from ingest.sandbox import Sandbox, parse_limits
from ragapp.bootstrap import Workbench, build_service, build_workbench, recipe
from ragapp.protocols import JobQueue
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import Job

ID = "id"
"""The metadata key that holds a document's corpus id, exactly as the dataset spells it."""

IDLE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Corpus:
    """An ingested corpus. `corpus_ids` are by document id; `failures` say what could not be ingested."""

    service: RagService
    collection: str
    corpus_ids: Mapping[str, str]
    chunks: int
    failures: tuple[str, ...]
    embedder: str
    recipe: str


@contextmanager
def open_corpus(dataset: RetrievalDataset, settings: Settings, progress: Progress) -> Iterator[Corpus]:
    """Ingests what is not there yet, and opens it.

    The data folder is `evals/NAME-HASH` in that of `settings`; the hash binds the corpus and the recipe,
    and the collection in it the embedder's weights. So nothing is ever scored that was ingested from
    other texts or in another way, and going back to former settings finds their corpus again.
    """
    own = corpus_settings(dataset, settings)
    bench = build_workbench(own)
    service = build_service(own, bench)
    try:
        embedder = bench.embedder.get().fingerprint
        collection = fingerprint(embedder)
        if collection not in {known.name for known in service.collections()}:
            service.create_collection(collection)
        _upload(dataset, service, collection, progress)
        _work_off(bench, service, collection, own, progress)
        documents = service.documents(collection)
        yield Corpus(
            service=service,
            collection=collection,
            corpus_ids={document.id: document.metadata[ID] for document in documents},
            chunks=sum(document.chunks for document in documents),
            failures=tuple(f"{d.metadata[ID]}: {d.error}" for d in documents if d.status == "failed"),
            embedder=embedder,
            recipe=recipe(own),
        )
    finally:
        service.close()


def corpus_settings(dataset: RetrievalDataset, settings: Settings) -> Settings:
    """The same settings over a data folder, and a database in it, of the corpus' own."""
    name = f"{dataset.name}-{fingerprint(dataset.corpus_sha256, recipe(settings))}"
    folder: Path = settings.data_dir / "evals" / name
    return settings.model_copy(update={"data_dir": folder, "database_url": None})


def as_markdown(document: CorpusDocument) -> bytes:
    """The title as a heading, then the text, as a person would hand them in."""
    title = " ".join(document.title.split())
    return (f"# {title}\n\n{document.text}" if title else document.text).encode()


def _upload(dataset: RetrievalDataset, service: RagService, collection: str, progress: Progress) -> None:
    """Hands in what is missing or failed before; a document without any text has nothing to be found."""
    there = {d.metadata[ID] for d in service.documents(collection) if d.status != "failed"}
    missing = [d for d in dataset.corpus if d.id not in there and (d.text.strip() or d.title.strip())]
    for document in progress.track(missing, description="handing in documents") if missing else ():
        service.upload(
            collection,
            f"{document.id}.md",
            io.BytesIO(as_markdown(document)),
            source=document.id,
            metadata={ID: document.id},
        )


def _work_off(
    bench: Workbench, service: RagService, collection: str, settings: Settings, progress: Progress
) -> None:
    """Ingests in this process until nothing waits. Raises ModelError, StorageError."""
    backlog = service.backlog(collection)
    stages = 2 * backlog.unparsed + backlog.unembedded
    if not stages:
        return
    task = progress.add_task("ingesting", total=stages)
    with closing(Sandbox(parse_limits(settings))) as sandbox:
        pipeline = build_pipeline(bench, settings, sandbox)
        for job in _jobs(bench.queue):
            with held(bench.queue, job, settings.lease_seconds):
                pipeline.work(job, Event(), lambda _: None)
            progress.advance(task)
    progress.update(task, completed=stages)


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
