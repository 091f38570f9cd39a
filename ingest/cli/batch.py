"""Hands files in and works the queue until every one of them is ready or failed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from queue import SimpleQueue
from threading import Event

from ingest.cli.progress import FINISHED, Progress
from ingest.cli.report import Line, Report, make_report
from ingest.pipeline import build_pipeline
from ingest.sandbox import Sandbox, parse_limits
from ingest.sources import Source
from ingest.worker import Worker
from ragapp.bootstrap import Workbench, build_service, build_workbench
from ragapp.errors import ConflictError, NotFoundError, TooLargeError
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import Acceptance, Document

PATIENCE = 3
"""Times in a row that a model or the disk may fail before the command gives up."""

TICK = 0.25
LOOK_AROUND = 20.0
"""Seconds to the next look at all unfinished documents, as a multiple of what the last one took: a server
on the same folder may work on them too, but looking must not cost much."""


def bring_in(
    settings: Settings,
    sources: Sequence[Source],
    collection: str,
    metadata: Mapping[str, str],
    jobs: int,
    progress: Progress,
) -> Report:
    """Makes the collection when it is not there. Raises ModelError and StorageError when they do not pass."""
    started = time.monotonic()
    bench = build_workbench(settings)
    service = build_service(settings, bench)
    try:
        _make_if_missing(service, collection)
        batch = Batch(service, progress)
        batch.accept(sources, collection, metadata)
        if batch.unfinished:
            with _working(bench, settings, jobs, batch.touched) as workers:
                batch.wait(workers)
        return batch.report(time.monotonic() - started)
    finally:
        service.close()


class Batch:
    """The files of one command and what became of each. `touched` takes ids that are worth a new look."""

    def __init__(self, service: RagService, progress: Progress) -> None:
        self.touched: SimpleQueue[str] = SimpleQueue()
        self._service = service
        self._progress = progress
        self._accepted: list[Acceptance] = []
        self._refused: list[Line] = []
        self._documents: dict[str, Document] = {}

    def accept(self, sources: Sequence[Source], collection: str, metadata: Mapping[str, str]) -> None:
        """Hands in each file; one that cannot be opened or is too large is noted."""
        for number, source in enumerate(sources):
            self._progress.accepted(number, len(sources))
            try:
                with source.open() as data:
                    acceptance = self._service.upload(
                        collection, source.name, data, source=source.id, metadata=metadata
                    )
            except (OSError, TooLargeError) as error:
                self._refused.append(Line(None, source.name, "failed", f"{source.name}: {error}", 0, 0))
                continue
            self._accepted.append(acceptance)
            self._documents[acceptance.document.id] = acceptance.document

    @property
    def unfinished(self) -> list[str]:
        return [d.id for d in self._documents.values() if d.status not in FINISHED]

    def wait(self, workers: Sequence[Future[None]]) -> None:
        """Until every document is ready or failed. Raises what a worker gave up with."""
        next_look = 0.0
        while unfinished := self.unfinished:
            for worker in workers:
                if worker.done():
                    worker.result()
            started = time.monotonic()
            if started >= next_look:
                self._look(unfinished)
                next_look = time.monotonic() + LOOK_AROUND * (time.monotonic() - started)
            self._look([self.touched.get() for _ in range(self.touched.qsize())])
            self._progress.worked(self._documents.values())
            time.sleep(TICK)

    def report(self, seconds: float) -> Report:
        return make_report(self._accepted, self._documents, self._refused, seconds)

    def _look(self, ids: Sequence[str]) -> None:
        for document_id in set(ids) & self._documents.keys():
            try:
                self._documents[document_id] = self._service.document(document_id)
            except NotFoundError:  # deleted meanwhile: nothing to wait for
                del self._documents[document_id]


def _make_if_missing(service: RagService, collection: str) -> None:
    try:
        service.collection(collection)
    except NotFoundError:
        with suppress(ConflictError):  # somebody else made it just now
            service.create_collection(collection)


@contextmanager
def _working(
    bench: Workbench, settings: Settings, jobs: int, touched: SimpleQueue[str]
) -> Iterator[Sequence[Future[None]]]:
    """Works the queue with `jobs` threads while the block runs; then each gives back what it works on."""
    stop = Event()
    with ExitStack() as stack:
        sandboxes = [stack.enter_context(closing(Sandbox(parse_limits(settings)))) for _ in range(jobs)]
        threads = stack.enter_context(ThreadPoolExecutor(jobs, "ingest"))
        stack.callback(stop.set)
        workers = [_worker(bench, sandbox, settings) for sandbox in sandboxes]
        yield [threads.submit(w.run, stop, lambda job: touched.put(job.document_id)) for w in workers]


def _worker(bench: Workbench, sandbox: Sandbox, settings: Settings) -> Worker:
    return Worker(bench.queue, build_pipeline(bench, settings, sandbox), settings.lease_seconds, PATIENCE)
