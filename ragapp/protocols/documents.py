"""The truth: documents, and the queue of work on them."""

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
    Document,
    DocumentPage,
    DocumentQuery,
    Hit,
    IndexChange,
    IndexEntry,
    Job,
    JobState,
    Listing,
    Origin,
    ParsedText,
    QueueDepth,
    Ranking,
    RemovedRows,
    Status,
    Unembedded,
    UploadSpec,
    Vectors,
)


class DocumentStore(Protocol):
    """The truth. Every method is one transaction: it happened whole, or not at all."""

    def create_collection(self, name: str, embedder: str, dimension: int) -> Collection:
        """Raises ConflictError when the name is taken, UsageError when it is not a fit name."""

    def collection(self, name: str) -> Collection:
        """Raises NotFoundError."""

    def collections(self) -> list[Collection]: ...

    def delete_collection(self, name: str) -> Collection:
        """Deletes it with all its documents; returns what it was."""

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
        """Raises NotFoundError."""

    def documents(self, collection: str) -> list[Document]: ...

    def listing(self, query: DocumentQuery) -> Listing:
        """One page of a collection's documents, with counts over all of them. Raises NotFoundError."""

    def set_metadata(self, document_id: str, changes: Mapping[str, str | None]) -> Document:
        """Sets each name to its value, or takes it away where that is None. Raises NotFoundError."""

    def chunks(self, document_id: str, version: int | None, start: int, end: int | None) -> list[Chunk]:
        """Those that overlap text[start:end], in reading order; of the live version unless one is named.

        None when that version has no chunks, or is not there.
        """

    def parsed_text(self, document_id: str, version: int | None = None) -> ParsedText:
        """Of the live version unless another is named. Raises NotFoundError."""

    def page(self, document_id: str, version: int | None, page: int) -> DocumentPage:
        """Of the live version unless another is named, without reading all of it. Raises NotFoundError."""

    def page_at(self, document_id: str, version: int, offset: int) -> int:
        """The page, counted from 1, of that character. Raises NotFoundError."""

    def span(self, document_id: str, version: int, start: int, end: int) -> str:
        """The version's `text[start:end]`, without reading all of it. Raises NotFoundError."""

    def blob(self, sha256: str) -> BinaryIO:
        """A document's bytes. Raises NotFoundError."""

    def delete_document(self, document_id: str) -> RemovedRows:
        """Deletes it whole, and its bytes unless another document has the same. Raises NotFoundError."""

    def scrub(self, seconds: float, *, rewrite: bool = False) -> str:
        """Takes what was deleted out of the database's own files, too, waiting so long for others.

        With `rewrite`, also out of the free space of its pages. Returns what may be left; "" for nothing.
        """

    def told(self, fragments: Sequence[str]) -> frozenset[str]:
        """Those of the fragments that stand in the text of any document."""

    def publish(self, job: Job, parsed: ParsedText, chunks: Sequence[Chunk]) -> None:
        """Swaps the version in: from now on it is searched by words and the older one is gone.

        Raises ConflictError when the job is no longer this worker's (its lease ended, or the document
        was deleted).
        """

    def chunks_without_vector(self, job: Job, embedder: str, limit: int) -> list[tuple[str, str]]:
        """Up to `limit` distinct (digest, embedding text) of the job's chunks that have no vector yet."""

    def add_vectors(self, job: Job, embedder: str, digests: Sequence[str], vectors: Vectors) -> None:
        """Stores vectors, shape (len(digests), dimension), by the digest of the text they embed."""

    def publish_vectors(self, job: Job, embedder: str) -> None:
        """Marks the version ready: every chunk has its vector."""

    def versions_matching(self, collection: str, filters: Mapping[str, str]) -> frozenset[int]:
        """The live version ids whose document has all these metadata values."""

    def changes(self, collection_id: int, after: int) -> list[IndexChange]:
        """The change log after revision `after`, oldest first."""

    def entries(self, collection_id: int, version_ids: Iterable[int] | None = None) -> Iterator[IndexEntry]:
        """The live chunks of the collection, or of those versions that are still live."""

    def vectors(
        self, collection_id: int, embedder: str, version_ids: Iterable[int] | None = None
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Vectors]]:
        """Batches of (keys, version ids, vectors), shapes (n,), (n,), (n, dimension), of live chunks."""

    def hits(self, collection_id: int, ranking: Ranking) -> list[Hit]:
        """The ranking's chunks joined to the truth, in its order and with its scores; what is not live is
        left out."""

    def published_since(self, collection_id: int, revision: int) -> frozenset[tuple[str, int]]:
        """(document id, version) of the versions whose words or vectors came in after that revision."""

    def missing_vectors(self, collection: Collection, embedder: str) -> int:
        """How many chunks of its ready documents have no vector of that embedder."""

    def unembedded(self, collection: Collection, embedder: str, after: int, limit: int) -> list[Unembedded]:
        """Up to `limit` of those chunks by key, beyond the key `after`."""

    def keep_vectors(self, embedder: str, digests: Sequence[str], vectors: Vectors) -> None:
        """Stores vectors, shape (len(digests), dimension), of live chunks by the digest of their text."""

    def switch_embedder(self, collection: Collection, embedder: str, dimension: int) -> bool:
        """From now on the collection is searched by the vectors of `embedder`.

        False, and nothing is done, when the collection has changed or vectors are missing.
        """

    def backlog(self, collection_id: int) -> Backlog:
        """What is accepted and not yet fully searchable."""

    def check(self, *, repair: bool) -> list[Check]:
        """The store's own invariants, each with what was found; mends what can be mended."""

    def close(self) -> None: ...


class JobQueue(Protocol):
    """Hands document versions to workers. A job is one worker's until its lease ends."""

    def claim(self, worker: str, owner: str = "") -> Job | None:
        """The next job that nobody holds, or None. A job that killed three workers fails instead.

        What is reserved goes only to workers that ask in the name of the `owner` it is reserved for.

        Interactive before batch, owners in turns, what nobody can find yet before what waits for vectors.
        """

    def renew(self, job: Job) -> bool:
        """Prolongs the lease; False when the job is no longer this worker's."""

    def fail(self, job: Job, reason: str) -> None: ...

    def release(self, job: Job) -> None:
        """Gives the job back, not counted as an attempt."""

    def let_others_go_first(self, job: Job) -> None:
        """Gives the job back, behind those of other owners that wait in its lane."""

    def postpone(self, job: Job, reason: str) -> None:
        """Gives the job back, to be claimed after a while, longer each time: `reason` is not its fault."""

    def spent(self, job: Job, seconds: Mapping[str, float]) -> None:
        """Adds to the time that workers spent on it, by stage."""

    def waiting(self, owner: str | None = None) -> int:
        """How many jobs are queued or in work: one owner's, or all."""

    def depths(self) -> list[QueueDepth]:
        """How many stand at which status, and for how long the oldest has been on its way."""

    def states(self, among: Sequence[str] | None, statuses: Sequence[Status], count: int) -> list[JobState]:
        """The last `count` accepted jobs in these states, newest first. Raises NotFoundError."""

    def state(self, document_id: str) -> JobState:
        """Raises NotFoundError."""

    def retry(self, document_id: str) -> JobState:
        """Queues what failed or was postponed, to be claimed now. Raises NotFoundError, ConflictError."""

    def cancel(self, document_id: str) -> JobState:
        """Ends the work; what is searchable stays so. Raises NotFoundError, ConflictError."""
