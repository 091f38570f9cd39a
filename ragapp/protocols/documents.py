"""The database: documents, and the queue of jobs that process them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from ragapp.types import (
    NO_ORIGIN,
    Acceptance,
    Backlog,
    Check,
    Chunk,
    Collection,
    DataTable,
    Document,
    DocumentLabel,
    DocumentPage,
    DocumentQuery,
    Hit,
    IndexChange,
    IndexEntry,
    Job,
    JobState,
    Listing,
    NewData,
    Origin,
    ParsedText,
    QueueDepth,
    Ranking,
    ReadingGap,
    RemovedRows,
    Status,
    StoredTable,
    TableSummary,
    Unembedded,
    UploadSpec,
    Vectors,
)


class DocumentStore(Protocol):
    """The database of documents. Every method is one transaction."""

    def create_collection(self, name: str, embedder: str, dimension: int) -> Collection:
        """Creates a collection.

        Raises ConflictError when the name is taken, UsageError when it is not a valid name.
        """

    def collection(self, name: str) -> Collection:
        """Returns the collection. Raises NotFoundError."""

    def collections(self) -> list[Collection]: ...

    def delete_collection(self, name: str) -> Collection:
        """Deletes the collection with all its documents and returns what it was."""

    def accept(
        self,
        spec: UploadSpec,
        data: BinaryIO,
        *,
        media_type: str,
        ingest_fingerprint: str,
        origin: Origin = NO_ORIGIN,
    ) -> Acceptance:
        """Stores the bytes, assigns them to (collection, source) and queues the work.

        When it returns, bytes and row are on disk. The outcome is `unchanged` when the newest version has the
        same bytes and ingest fingerprint and has not failed; its name and metadata are then replaced. `data`
        must be seekable. Raises NotFoundError, TooLargeError, StorageError.
        """

    def document(self, document_id: str) -> Document:
        """Returns the document. Raises NotFoundError."""

    def documents(self, collection: str) -> list[Document]: ...

    def document_labels(self, collection_id: int) -> list[DocumentLabel]:
        """What the collection's live document versions are called."""

    def reading_gaps(self, document_ids: Sequence[str]) -> dict[str, tuple[ReadingGap, ...]]:
        """What was not read of the documents' live versions, by document id; without complete documents."""

    def listing(self, query: DocumentQuery) -> Listing:
        """One page of a collection's documents, with counts over all of them. Raises NotFoundError."""

    def set_metadata(self, document_id: str, changes: Mapping[str, str | None]) -> Document:
        """Sets each name to its value; None removes it. Raises NotFoundError."""

    def chunks(self, document_id: str, version: int | None, start: int, end: int | None) -> list[Chunk]:
        """The chunks that overlap text[start:end], in reading order; of the live version by default.

        None when the version has no chunks or does not exist.
        """

    def parsed_text(self, document_id: str, version: int | None = None) -> ParsedText:
        """The text of a version, by default of the live one. Raises NotFoundError."""

    def page(self, document_id: str, version: int | None, page: int) -> DocumentPage:
        """A page of a version, by default of the live one, without reading the whole text.

        Raises NotFoundError.
        """

    def page_at(self, document_id: str, version: int, offset: int) -> int:
        """The page, counted from 1, of the character at `offset`. Raises NotFoundError."""

    def span(self, document_id: str, version: int, start: int, end: int) -> str:
        """The version's `text[start:end]`. Does not read the whole text. Raises NotFoundError."""

    def tables(self, collection_id: int, document_id: str | None = None) -> list[TableSummary]:
        """The tables of the collection's live document versions, or of one document, without their cells."""

    def table(self, table_id: int) -> StoredTable:
        """A table with all its cells. Raises NotFoundError when no live version has it."""

    def table_document(self, table_id: int) -> str:
        """The id of the document that has the table. Raises NotFoundError."""

    def tables_at(self, version_id: int, start: int, end: int) -> tuple[StoredTable, ...]:
        """The tables that overlap text[start:end] of a live version, such as a hit, with their cells."""

    def document_tables(self, document_id: str, version: int) -> tuple[StoredTable, ...]:
        """All tables of a document in reading order, with their cells; none if `version` is not live."""

    def tables_of(self, version_id: int) -> tuple[StoredTable, ...]:
        """All tables of a live version in reading order, with their cells; empty for any other version."""

    def blob(self, sha256: str) -> BinaryIO:
        """A document's bytes. Raises NotFoundError."""

    def keeps_blob(self, sha256: str) -> bool:
        """Whether a document or anything else still uses these bytes."""

    def delete_document(self, document_id: str) -> RemovedRows:
        """Deletes the document, and its bytes unless another one has the same. Raises NotFoundError."""

    def scrub(self, seconds: float, *, rewrite: bool = False) -> str:
        """Removes deleted text from the database's files as well, waiting up to `seconds` for readers.

        With `rewrite`, also from the free space of its pages. Returns what may be left; "" for nothing.
        """

    def occurring_fragments(self, fragments: Sequence[str]) -> frozenset[str]:
        """The fragments that occur in the text of any document."""

    def publish(
        self,
        job: Job,
        parsed: ParsedText,
        chunks: Sequence[Chunk],
        tables: Sequence[DataTable] = (),
        data: Sequence[NewData] = (),
    ) -> None:
        """Publishes the version: from now on keyword search finds it, and the older version is gone.

        `tables` are those of the text in reading order, as `ragapp.tables.read_table` understands them, and
        `data` those of a data file.

        Raises ConflictError when the job is no longer this worker's: its lease expired or the document was
        deleted.
        """

    def chunks_without_vector(self, job: Job, embedder: str, limit: int) -> list[tuple[str, str]]:
        """Up to `limit` distinct (digest, embedding text) pairs of the job's chunks without a vector."""

    def add_vectors(self, job: Job, embedder: str, digests: Sequence[str], vectors: Vectors) -> None:
        """Stores vectors, shape (len(digests), dimension), by the digest of the embedded text."""

    def publish_vectors(self, job: Job, embedder: str) -> None:
        """Marks the version as ready: every chunk has its vector."""

    def versions_matching(self, collection: str, filters: Mapping[str, str]) -> frozenset[int]:
        """The live version ids of documents whose metadata has all these values."""

    def changes(self, collection_id: int, after: int) -> list[IndexChange]:
        """The change log after revision `after`, oldest first."""

    def entries(self, collection_id: int, version_ids: Iterable[int] | None = None) -> Iterator[IndexEntry]:
        """The live chunks of the collection, or of the given versions as far as they are live."""

    def vectors(
        self, collection_id: int, embedder: str, version_ids: Iterable[int] | None = None
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Vectors]]:
        """Batches of (keys, version ids, vectors), shapes (n,), (n,), (n, dimension), of live chunks."""

    def hits(self, collection_id: int, ranking: Ranking) -> list[Hit]:
        """The ranking's live chunks, in its order and with its scores."""

    def published_since(self, collection_id: int, revision: int) -> frozenset[tuple[str, int]]:
        """(document id, version) of the versions whose text or vectors were published after `revision`."""

    def missing_vectors(self, collection: Collection, embedder: str) -> int:
        """The number of chunks of the collection's ready documents without a vector of that embedder."""

    def unembedded(self, collection: Collection, embedder: str, after: int, limit: int) -> list[Unembedded]:
        """Up to `limit` of the chunks that `missing_vectors` counts, by key, beyond the key `after`."""

    def keep_vectors(self, embedder: str, digests: Sequence[str], vectors: Vectors) -> None:
        """Stores vectors, shape (len(digests), dimension), of live chunks by the digest of their text."""

    def switch_embedder(self, collection: Collection, embedder: str, dimension: int) -> bool:
        """Switches the collection to the vectors of `embedder`.

        Returns False and does nothing when the collection has changed or vectors are missing.
        """

    def backlog(self, collection_id: int) -> Backlog:
        """How many documents are accepted and not yet fully searchable."""

    def check(self, *, repair: bool) -> list[Check]:
        """Checks the store's own invariants; with `repair`, repairs what can be repaired."""

    def close(self) -> None: ...


class JobQueue(Protocol):
    """Assigns document versions to workers. A job belongs to one worker until its lease expires."""

    def claim(self, worker: str, owner: str = "") -> Job | None:
        """The next job that no worker holds, or None. A job that killed three workers fails instead.

        Reserved jobs are given only to workers that claim for the `owner` they are reserved for. Interactive
        jobs go before batch jobs, owners take turns, and parsing goes before embedding.
        """

    def renew(self, job: Job) -> bool:
        """Renews the lease; returns False when the job is no longer this worker's."""

    def fail(self, job: Job, reason: str) -> None: ...

    def release(self, job: Job) -> None:
        """Returns the job to the queue without counting an attempt."""

    def let_others_go_first(self, job: Job) -> None:
        """Returns the job to the queue, behind jobs of other owners with the same priority."""

    def retry_later(self, job: Job, reason: str) -> None:
        """Returns the job after a transient failure, to be retried with increasing back-off."""

    def spent(self, job: Job, seconds: Mapping[str, float]) -> None:
        """Adds to the time that workers spent on the job, by stage."""

    def waiting(self, owner: str | None = None) -> int:
        """The number of jobs that are queued or in progress, of one owner or of all."""

    def depths(self) -> list[QueueDepth]:
        """The number of jobs by status, and the age of the oldest."""

    def states(self, among: Sequence[str] | None, statuses: Sequence[Status], count: int) -> list[JobState]:
        """The last `count` accepted jobs with one of the statuses, newest first. Raises NotFoundError."""

    def state(self, document_id: str) -> JobState:
        """Returns the state of the job. Raises NotFoundError."""

    def retry(self, document_id: str) -> JobState:
        """Queues a failed or waiting job to be claimed now. Raises NotFoundError, ConflictError."""

    def cancel(self, document_id: str) -> JobState:
        """Ends the job. What is searchable stays so. Raises NotFoundError, ConflictError."""
