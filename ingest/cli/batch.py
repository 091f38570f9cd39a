"""The files of one command: uploads them, and follows each until it is ready or failed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from queue import SimpleQueue
from threading import Event
from uuid import uuid4

from ingest.cli.progress import FINISHED, ProgressBar
from ingest.cli.report import Report, ReportLine, make_report
from ingest.pipeline import build_pipeline
from ingest.sandbox import ParserSandbox, parser_sandbox
from ingest.worker import Worker
from ragapp.bootstrap import IngestRuntime, build_runtime, build_service
from ragapp.errors import (
    ConflictError,
    FetchError,
    NotFoundError,
    ParseError,
    TooLargeError,
    UsageError,
)
from ragapp.protocols import Source
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import Acceptance, Document, UploadSpec

PATIENCE = 3
"""Consecutive failures of a model or the disk before the command gives up."""

TICK = 0.25
LOOK_AROUND = 20.0
"""The pause between two checks of all unfinished documents, as a multiple of the duration of a check. A
server on the same folder may process them too, but checks must not cost much.
"""

REFUSALS = (OSError, FetchError, ParseError, TooLargeError, UsageError)
"""Errors that reject a single file."""


@contextmanager
def open_batch(
    settings: Settings,
    collection: str,
    metadata: Mapping[str, str],
    jobs: int,
    progress: ProgressBar,
    *,
    reserved: bool = False,
) -> Iterator[Batch]:
    """A batch whose files are processed while the block runs. Creates the collection if it does not exist.

    With `reserved`, no other worker processes its files, because only this command knows their password.
    Raises ModelError and StorageError.
    """
    runtime = build_runtime(settings)
    service = build_service(settings, runtime)
    touched = SimpleQueue[str]()
    owner = f"ingest-{uuid4().hex[:12]}"
    try:
        _make_if_missing(service, collection)
        with _workers_running(runtime, settings, jobs, owner, touched) as workers:
            yield Batch(
                service, collection, metadata, progress, workers, touched, owner=owner, reserved=reserved
            )
    finally:
        service.close()


class Batch:
    """The files of a command. `touched` has the ids of documents whose status may have changed. Not
    thread-safe.
    """

    def __init__(
        self,
        service: RagService,
        collection: str,
        metadata: Mapping[str, str],
        progress: ProgressBar,
        workers: Sequence[Future[None]],
        touched: SimpleQueue[str],
        *,
        owner: str,
        reserved: bool,
    ) -> None:
        self._service = service
        self._collection = collection
        self._metadata = metadata
        self._progress = progress
        self._workers = workers
        self._touched = touched
        self._owner = owner
        self._reserved = reserved
        self._accepted: dict[str, Acceptance] = {}
        self._refused: dict[str, ReportLine] = {}
        self._documents: dict[str, Document] = {}
        self._started = time.monotonic()
        self._next_look = 0.0

    def accept(self, sources: Sequence[Source]) -> None:
        """Uploads the sources; those that cannot be read or are too large are recorded."""
        for number, source in enumerate(sources):
            self._progress.accepted(number, len(sources))
            try:
                with source.open() as data:
                    spec = UploadSpec(
                        source.name,
                        self._collection,
                        source=source.id,
                        metadata=self._metadata,
                        priority="batch",
                        owner=self._owner,
                        reserved=self._reserved,
                    )
                    acceptance = self._service.upload(spec, data)
            except REFUSALS as error:
                self._refused[source.id] = ReportLine(
                    None, source.name, "failed", _reason(source, error), 0, 0
                )
                continue
            self._refused.pop(source.id, None)
            self._accepted[acceptance.document.id] = acceptance
            self._documents[acceptance.document.id] = acceptance.document

    @property
    def unfinished(self) -> list[str]:
        return [d.id for d in self._documents.values() if d.status not in FINISHED]

    @property
    def all_searchable(self) -> bool:
        """Whether all documents that can be parsed are searchable."""
        return all(d.status not in {"queued", "parsing"} for d in self._documents.values())

    def finish(self) -> None:
        """Waits until every document is ready or failed. Raises the error with which a worker gave up."""
        while self.unfinished:
            self.follow()

    def follow(self) -> list[Document]:
        """Waits a moment and checks the documents; returns those that have finished meanwhile."""
        for worker in self._workers:
            if worker.done():
                worker.result()
        time.sleep(TICK)
        before = set(self.unfinished)
        started = time.monotonic()
        if started >= self._next_look:
            self._check(sorted(before))
            self._next_look = time.monotonic() + LOOK_AROUND * (time.monotonic() - started)
        self._check([self._touched.get() for _ in range(self._touched.qsize())])
        self._progress.worked(self._documents.values())
        return [self._documents[id_] for id_ in before - set(self.unfinished) if id_ in self._documents]

    def sources(self) -> dict[str, Document]:
        """All documents of the collection by source."""
        return {document.source: document for document in self._service.documents(self._collection)}

    def by_source(self, source: str) -> Document | None:
        """The document of this batch with that source."""
        return next((d for d in self._documents.values() if d.source == source), None)

    def remove(self, document: Document) -> None:
        with suppress(NotFoundError):  # already deleted
            self._service.delete_document(document.id)
        self._documents.pop(document.id, None)
        self._accepted.pop(document.id, None)

    def report(self) -> Report:
        """The report on the files so far."""
        seconds = time.monotonic() - self._started
        refused = tuple(self._refused.values())
        return make_report(tuple(self._accepted.values()), self._documents, refused, seconds)

    def _check(self, ids: Sequence[str]) -> None:
        for document_id in set(ids) & self._documents.keys():
            try:
                self._documents[document_id] = self._service.document(document_id)
            except NotFoundError:  # deleted meanwhile: nothing to wait for
                del self._documents[document_id]


def _reason(source: Source, error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{source.id} cannot be read: {error.strerror}. Make it readable, or leave it out."
    reason = str(error)
    return reason if source.name in reason else f"{source.name}: {reason}"


def _make_if_missing(service: RagService, collection: str) -> None:
    try:
        service.collection(collection)
    except NotFoundError:
        with suppress(ConflictError):  # another process has just created it
            service.create_collection(collection)


@contextmanager
def _workers_running(
    runtime: IngestRuntime, settings: Settings, jobs: int, owner: str, touched: SimpleQueue[str]
) -> Iterator[Sequence[Future[None]]]:
    """Processes the queue with `jobs` threads while the block runs; then each returns its job to
    the queue.
    """
    stop = Event()
    with ExitStack() as stack:
        sandboxes = [stack.enter_context(closing(parser_sandbox(settings))) for _ in range(jobs)]
        threads = stack.enter_context(ThreadPoolExecutor(jobs, "ingest"))
        stack.callback(stop.set)
        workers = [_worker(runtime, sandbox, settings, owner) for sandbox in sandboxes]
        yield [threads.submit(w.run, stop, lambda job: touched.put(job.document_id)) for w in workers]


def _worker(runtime: IngestRuntime, sandbox: ParserSandbox, settings: Settings, owner: str) -> Worker:
    pipeline = build_pipeline(runtime, settings, sandbox)
    return Worker(runtime.queue, pipeline, settings.lease_seconds, PATIENCE, owner)
