"""The seams. Each has one contract suite in tests/contract/ that every implementation passes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from ragapp.types import (
    Acceptance,
    Answer,
    Backlog,
    CacheEntry,
    CacheUsage,
    Change,
    Check,
    Chunk,
    Collection,
    Conversation,
    Document,
    Feedback,
    Hit,
    IndexEntry,
    Job,
    JobState,
    Lane,
    ParsedText,
    Ranking,
    Status,
    StoredAnswer,
    Turn,
    Unembedded,
    Vectors,
)


class Embedder(Protocol):
    """Text to unit-length vectors."""

    @property
    def fingerprint(self) -> str:
        """Names the model and what changes its vectors (weights, pooling, prefixes); never reused."""

    @property
    def dimension(self) -> int: ...

    @property
    def max_tokens(self) -> int:
        """The longest passage the model reads, in its own tokens; longer ones are cut there."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimension), rows of unit length, in the order of `texts`."""

    def embed_query(self, text: str) -> Vectors:
        """Shape (dimension,), unit length."""

    def token_spans(self, text: str) -> NDArray[np.int64]:
        """The model's tokens of `text` as character spans: shape (tokens, 2), without special tokens."""


class Reranker(Protocol):
    @property
    def fingerprint(self) -> str: ...

    def score(self, query: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """How well each passage answers `query`, shape (len(passages),), higher is better, 0 to 1."""


class Generator(Protocol):
    """Writes text from a prompt. Everything it emits is treated as hostile."""

    @property
    def name(self) -> str:
        """For people: which model, from where."""

    def unavailable(self) -> str | None:
        """Why it cannot write just now (its files are still on their way, say); None when it can."""

    def count_tokens(self, text: str) -> int | None:
        """How many of its tokens the text has; None where only its server knows."""

    def warm_up(self, system: str) -> None:
        """Loads what is slow to load and reads the beginning that all prompts share, where that is ours
        to do. Raises ModelError."""

    def generate(self, system: str, prompt: str, max_tokens: int) -> Iterator[str]:
        """Yields pieces of text as they are written. Raises ModelError."""

    def close(self) -> None: ...


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
        collection: str,
        *,
        source: str,
        name: str,
        data: BinaryIO,
        media_type: str,
        recipe: str,
        metadata: Mapping[str, str],
        lane: Lane = "interactive",
        owner: str = "",
    ) -> Acceptance:
        """Keeps the bytes, claims (collection, source) for them and queues the work.

        Interactive work goes before batches; within a lane, owners take turns.

        When it returns, bytes and row are on disk. `unchanged` when the newest version has the same
        bytes and recipe (what parses and chunks it) and has not failed; name and metadata are then
        taken over. `data` must be seekable. Raises NotFoundError, TooLargeError, StorageError.
        """

    def document(self, document_id: str) -> Document:
        """Raises NotFoundError."""

    def documents(self, collection: str) -> list[Document]: ...

    def parsed_text(self, document_id: str, version: int | None = None) -> ParsedText:
        """Of the live version unless another is named. Raises NotFoundError."""

    def page_at(self, document_id: str, version: int, offset: int) -> int:
        """The page, counted from 1, of that character. Raises NotFoundError."""

    def span(self, document_id: str, version: int, start: int, end: int) -> str:
        """The version's `text[start:end]`, without reading all of it. Raises NotFoundError."""

    def blob(self, sha256: str) -> BinaryIO:
        """A document's bytes. Raises NotFoundError."""

    def delete_document(self, document_id: str) -> None:
        """Deletes it whole, and its bytes unless another document has the same. Raises NotFoundError."""

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

    def changes(self, collection_id: int, after: int) -> list[Change]:
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

    def claim(self, worker: str) -> Job | None:
        """The next job that nobody holds, or None. A job that killed three workers fails instead.

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

    def waiting(self) -> int:
        """How many jobs are queued or in work."""

    def states(self, collection: str | None, statuses: Sequence[Status], count: int) -> list[JobState]:
        """The last `count` accepted jobs in these states, newest first. Raises NotFoundError."""

    def state(self, document_id: str) -> JobState:
        """Raises NotFoundError."""

    def retry(self, document_id: str) -> JobState:
        """Queues what failed or was postponed, to be claimed now. Raises NotFoundError, ConflictError."""

    def cancel(self, document_id: str) -> JobState:
        """Ends the work; what is searchable stays so. Raises NotFoundError, ConflictError."""


class SearchIndex(Protocol):
    """The views: ranks chunk keys. They follow the truth's change log and can be rebuilt from it.

    `within` are the version ids that may be found (None: all); the filter acts inside the search, so
    `k` hits come back whenever so many exist.
    """

    def catch_up(self, collection: Collection) -> None:
        """Brings the views to the collection's committed revision."""

    def dense(
        self, collection: Collection, vector: Vectors, k: int, within: AbstractSet[int] | None = None
    ) -> Ranking:
        """By inner product with `vector`, shape (dimension,)."""

    def words(
        self, collection: Collection, query: str, k: int, within: AbstractSet[int] | None = None
    ) -> Ranking:
        """By BM25. The query is plain words: no character has a special meaning."""

    def verify(self, collection: Collection) -> str | None:
        """What differs between the views and the truth; None when they agree."""

    def rebuild(self, collection: Collection) -> None:
        """Builds the views anew from the truth and switches to them."""

    def prepare(self, collection: Collection) -> None:
        """Builds the vector view of a collection as it will be once it has another embedder."""

    def forget_others(self, collection: Collection) -> None:
        """Removes the vector views of embedders that the collection does not have any more."""

    def drop(self, collection_id: int) -> None:
        """Removes the views of a deleted collection."""

    def close(self) -> None: ...


class AnswerStore(Protocol):
    """Answers as they were given, and what readers said of them.

    What a document told goes with it: once a version is removed, no stored answer holds its text.
    """

    def save(self, answer: Answer, collection_id: int) -> None:
        """Stores it, in its conversation if it has one; deletes answers that are too old.

        Raises NotFoundError when its conversation or collection is gone, StorageError.
        """

    def answer(self, answer_id: str) -> StoredAnswer:
        """The answer with its quotes as the documents have them now. Raises NotFoundError."""

    def add_feedback(self, answer_id: str, feedback: Feedback) -> None:
        """Raises NotFoundError."""


class ConversationStore(Protocol):
    def create(self, title: str) -> Conversation: ...

    def get(self, conversation_id: str) -> Conversation:
        """Raises NotFoundError."""

    def all(self) -> list[Conversation]:
        """The latest first."""

    def turns(self, conversation_id: str, last: int) -> list[Turn]:
        """Its last questions, as they were searched for, and answers; oldest first. Raises NotFoundError."""

    def answer_ids(self, conversation_id: str) -> list[str]:
        """Of its answers, oldest first. Raises NotFoundError."""

    def rename(self, conversation_id: str, title: str) -> Conversation:
        """Raises NotFoundError."""

    def delete(self, conversation_id: str) -> None:
        """With its answers and what was said of them. Raises NotFoundError."""


class CacheStore(Protocol):
    """Where answers are kept for later. Anything in it may vanish at any time: it is only a cache.

    Every method raises StorageError when the store cannot be reached or is full. An entry past its
    `expires_at` is never returned.
    """

    @property
    def name(self) -> str:
        """For people: what keeps the entries, without credentials."""

    def get(self, entry_id: str) -> CacheEntry | None: ...

    def nearest(self, partition: str, vector: Vectors, k: int) -> list[tuple[CacheEntry, float]]:
        """Up to `k` entries of the partition with the most similar questions and their cosines, best first.

        `vector` has shape (dimension,) and unit length. Approximate below a cosine of .9; entries that
        another process has put count from its commit on.
        """

    def put(self, entry: CacheEntry, vector: Vectors) -> None:
        """Keeps the entry in place of one with the same id; the least recently used make room for it."""

    def note(self, counts: Mapping[str, float], used: str | None = None) -> None:
        """Adds to the counters; `used` is the id of an entry that has just been served."""

    def remove(self, entry_ids: Iterable[str]) -> None: ...

    def clear(self, *, collection: str | None = None, document: str | None = None) -> int:
        """Removes a collection's entries, those that cite a document, or all; returns how many.

        Clearing all also sets the counters back.
        """

    def claim(self, entry_id: str, owner: str, seconds: float) -> bool:
        """Whether `owner` now has the sole right to make that entry, for so long; asking again renews it."""

    def release(self, entry_id: str, owner: str) -> None:
        """Gives the right back, if `owner` still has it."""

    def counts(self) -> Mapping[str, float]: ...

    def usage(self) -> CacheUsage: ...

    def close(self) -> None: ...
