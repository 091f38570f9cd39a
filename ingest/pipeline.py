"""The two stages of ingesting a document: parsing makes it searchable by keywords; embedding adds vectors."""

from __future__ import annotations

import io
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import BinaryIO, Literal

from ingest.chunkers import find_chunker
from ingest.recordings import as_subtitles, is_recording
from ingest.sandbox import ParserSandbox
from ragapp.bootstrap import IngestRuntime
from ragapp.errors import ConflictError, EmbedderMismatch, NotFoundError, ParseError, RagappError
from ragapp.protocols import (
    Chunker,
    DocumentStore,
    Embedder,
    JobQueue,
    Observer,
    Transcriber,
    WorkOutcome,
)
from ragapp.settings import Settings
from ragapp.tables import read_table
from ragapp.types import Collection, DataTable, Job, ParsedText

log = logging.getLogger(__name__)

BATCH = 32
"""Chunks embedded between two checkpoints, which a killed worker has to repeat."""

TURN = 4
"""Batches of one document in a row; then shorter documents that arrived meanwhile, and those of other owners,
go first.
"""


def build_pipeline(runtime: IngestRuntime, settings: Settings, sandbox: ParserSandbox) -> Pipeline:
    """Builds the pipeline of the settings. Raises UsageError for an unknown chunker."""
    return Pipeline(
        store=runtime.store,
        queue=runtime.queue,
        embedder_of=runtime.embedders.of,
        sandbox=sandbox,
        chunker=find_chunker(settings.chunker),
        chunk_tokens=settings.chunk_tokens,
        data_file_rows=settings.data_file_rows,
        transcriber=runtime.transcriber,
        observer=runtime.observer,
        replaced=runtime.forget_replaced,
    )


class Pipeline:
    """Processes claimed jobs. `embedder_of` is called for each job, because a collection may get another
    embedder.

    `replaced` is called with each document whose older version is no longer searchable.
    """

    def __init__(
        self,
        *,
        store: DocumentStore,
        queue: JobQueue,
        embedder_of: Callable[[Collection], Embedder],
        sandbox: ParserSandbox,
        chunker: Chunker,
        chunk_tokens: int,
        data_file_rows: int,
        transcriber: Transcriber | None = None,
        observer: Observer,
        replaced: Callable[[str], None],
    ) -> None:
        self._store = store
        self._queue = queue
        self._embedder_of = embedder_of
        self._sandbox = sandbox
        self._chunk = chunker
        self._chunk_tokens = chunk_tokens
        self._data_file_rows = data_file_rows
        self._transcriber = transcriber
        self._observer = observer
        self._replaced = replaced

    def work(self, job: Job, stop: Event, progress: Callable[[Job], None]) -> None:
        """Processes the next stage of the job, or a part of it if `stop` is set or its turn ends.

        A document that cannot be parsed fails with the reason. `progress` is called after every checkpoint.
        After a ModelError or StorageError, which are not caused by the document, the job is scheduled for a
        retry and the error is raised.
        """
        clock = StageTimer()
        outcome: WorkOutcome = "postponed"
        with self._observer.working(job):
            try:
                outcome = self._attempt(job, stop, progress, clock)
            except RagappError as error:
                self._queue.retry_later(job, str(error))
                raise
            finally:
                self._queue.spent(job, clock.seconds)
                self._observer.worked(job, outcome, clock.seconds)
                log.info("%s of %s: %s", job.status, job.document_id, outcome)
        progress(job)

    def _attempt(
        self, job: Job, stop: Event, progress: Callable[[Job], None], clock: StageTimer
    ) -> WorkOutcome:
        """Processes the stage. Raises errors that are not caused by the document."""
        try:
            if job.status == "searchable":
                self._embed(job, stop, progress, clock)
            else:
                self._parse(job, clock)
        except (ParseError, EmbedderMismatch, NotFoundError) as error:
            log.info("%s failed: %s", job.name, error)
            self._queue.fail(job, str(error))
            return "failed"
        except ConflictError as error:
            log.info("%s", error)
            self._queue.release(job)
            return "given back"
        return "done"

    def _parse(self, job: Job, clock: StageTimer) -> None:
        embedder = self._embedder_of(self._store.collection(job.collection))
        with clock.measure("parse"), self._store.blob(job.sha256) as data:
            file = self._sandbox.data_file(data, job.name, self._data_file_rows)
            if file is None:
                data.seek(0)
            parsed = file.parsed if file else self._text(data, job.name)
            tables = tables_of(parsed)
        with clock.measure("chunk"):
            chunks = self._chunk(parsed, embedder.token_spans, min(self._chunk_tokens, embedder.max_tokens))
        with clock.measure("store"):
            self._store.publish(job, parsed, chunks, tables, file.tables if file else ())
            if job.version > 1:
                self._replaced(job.document_id)

    def _text(self, data: BinaryIO, name: str) -> ParsedText:
        """The text of a document, or what is said in a recording. Raises as sandbox and transcriber do."""
        if self._transcriber is not None and is_recording(data):
            said = self._transcriber.transcribe(data, name)
            return self._sandbox.parse(io.BytesIO(as_subtitles(said)), name)
        return self._sandbox.parse(data, name)

    def _embed(self, job: Job, stop: Event, progress: Callable[[Job], None], clock: StageTimer) -> None:
        embedder = self._embedder_of(self._store.collection(job.collection))
        for _ in range(TURN):
            with clock.measure("store"):
                batch = self._store.chunks_without_vector(job, embedder.fingerprint, BATCH)
                if not batch:
                    self._store.publish_vectors(job, embedder.fingerprint)
                    return
            if stop.is_set():
                self._queue.release(job)
                return
            digests, texts = zip(*batch, strict=True)
            with clock.measure("embed"):
                vectors = embedder.embed_passages(texts)
            with clock.measure("store"):
                self._store.add_vectors(job, embedder.fingerprint, digests, vectors)
            progress(job)
        self._queue.let_others_go_first(job)


def tables_of(parsed: ParsedText) -> list[DataTable]:
    """The meaning of those tables of a text whose cells are known."""
    read = (read_table(parsed.text, table) for table in parsed.tables if table.cells)
    return [table for table in read if table.cells]


Stage = Literal["parse", "chunk", "embed", "store"]


class StageTimer:
    """The total seconds of each stage."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    @contextmanager
    def measure(self, stage: Stage) -> Iterator[None]:
        started = time.monotonic()
        try:
            yield
        finally:
            self.seconds[stage] += time.monotonic() - started  # type: ignore[assignment]
