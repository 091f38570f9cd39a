"""RagService: everything the application can do, one method each. Every door is a way in to this."""

from __future__ import annotations

import mimetypes
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import BinaryIO

from ragapp.answer.history import History
from ragapp.answer.prompt import SYSTEM
from ragapp.answer.writers import Writers
from ragapp.asking import Asking, Follows, Wish
from ragapp.cache.answers import AnswerCache
from ragapp.callers import Callers
from ragapp.embedders import Embedders
from ragapp.errors import ConflictError, ModelError, NotFoundError, StorageError, UsageError
from ragapp.lazy import Lazy
from ragapp.names import display_name
from ragapp.premises import Premises
from ragapp.protocols import (
    DocumentStore,
    Embedder,
    EvalDesk,
    JobQueue,
    Observer,
    PageRenderer,
    SearchIndex,
    TaskBoard,
)
from ragapp.reindexing import OnProgress, reindex
from ragapp.retrieve.hybrid import Retriever
from ragapp.types import (
    Acceptance,
    AskEvent,
    AskMode,
    Backlog,
    Chunk,
    Collection,
    DiskUse,
    DoctorReport,
    Document,
    DocumentOrder,
    DocumentPage,
    JobState,
    Lane,
    Listing,
    ModelNames,
    ModelState,
    PageImage,
    ParsedText,
    QueueDepth,
    SearchMode,
    SearchResult,
    Status,
    Turn,
)
from ragapp.view_checks import check_views

DEFAULT_COLLECTION = "default"
NOTHING: Mapping[str, str] = MappingProxyType({})
UNREADY: tuple[Status, ...] = ("queued", "parsing", "searchable", "failed")


class RagService:
    """Safe for many threads. `history` has the answers that were given, `callers` who may call,
    `tasks` runs what takes long.

    `recipe` names what parses and chunks, so that a change of it is noticed.
    """

    def __init__(
        self,
        *,
        store: DocumentStore,
        queue: JobQueue,
        index: SearchIndex,
        embedder: Lazy[Embedder],
        embedders: Embedders,
        retriever: Lazy[Retriever],
        writers: Writers,
        asking: Asking,
        history: History,
        callers: Callers,
        cache: AnswerCache | None,
        recipe: str,
        names: ModelNames,
        observer: Observer,
        premises: Premises,
        renderer: PageRenderer,
        tasks: TaskBoard,
        evals: Lazy[EvalDesk] | None = None,
    ) -> None:
        self._store = store
        self._queue = queue
        self._index = index
        self._embedder = embedder
        self._embedders = embedders
        self._retriever = retriever
        self._writers = writers
        self._asking = asking
        self.history = history
        self.callers = callers
        self._cache = cache
        self._recipe = recipe
        self._names = names
        self._observer = observer
        self._premises = premises
        self._renderer = renderer
        self.tasks = tasks
        self._evals = evals

    # -- collections

    def create_collection(self, name: str) -> Collection:
        """Raises ConflictError, UsageError, ModelError."""
        embedder = self._embedder.get()
        return self._store.create_collection(name, embedder.fingerprint, embedder.dimension)

    def collection(self, name: str) -> Collection:
        """Raises NotFoundError; the default collection is made when it is first asked for."""
        try:
            return self._store.collection(name)
        except NotFoundError:
            if name != DEFAULT_COLLECTION:
                raise
        try:
            return self.create_collection(name)
        except ConflictError:  # somebody else made it just now
            return self._store.collection(name)

    def collections(self) -> list[Collection]:
        return self._store.collections()

    def reindex(self, name: str, embedder: str | None, on_progress: OnProgress) -> Collection:
        """Gives the collection another embedder (by default that of the settings) while it is searched.

        Raises NotFoundError, ModelError, UsageError, ConflictError.
        """
        self._store.collection(name)
        model = self._embedder.get() if embedder is None else self._embedders.named(embedder)
        return reindex(self._store, self._index, name, model, on_progress)

    def delete_collection(self, name: str) -> None:
        """Deletes it with all its documents. Raises NotFoundError."""
        gone = self._store.documents(name)
        self._index.drop(self._store.delete_collection(name).id)
        for document in gone:
            self._renderer.forget(document.id)
        if self._cache is not None:
            self._cache.forget_collection(name)

    def backlog(self, name: str) -> Backlog:
        """What is accepted and not yet fully searchable."""
        return self._store.backlog(self.collection(name).id)

    # -- documents

    def upload(
        self,
        collection: str,
        name: str,
        data: BinaryIO,
        *,
        source: str | None = None,
        metadata: Mapping[str, str] = NOTHING,
        lane: Lane = "interactive",
        owner: str = "",
    ) -> Acceptance:
        """Accepts a document: when it returns, its bytes and its row are on disk and the work is queued.

        `source` says which document this is a version of; by default its name. `data` must be seekable.
        Interactive uploads are worked on before batches, and the owners of a lane take turns.
        Raises NotFoundError, TooLargeError, StorageError, and ModelError while the default collection
        cannot be made because the embedder is missing.
        """
        name = display_name(name)
        if "\0" in (source or ""):
            raise UsageError("A source may not hold the character NUL. Leave it out.")
        return self._store.accept(
            self.collection(collection).name,
            source=source or name,
            name=name,
            data=data,
            media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
            recipe=self._recipe,
            metadata=metadata,
            lane=lane,
            owner=owner,
            origin=self._observer.origin(),
        )

    def document(self, document_id: str) -> Document:
        """Raises NotFoundError."""
        return self._store.document(document_id)

    def documents(self, collection: str = DEFAULT_COLLECTION) -> list[Document]:
        """Raises NotFoundError."""
        return self._store.documents(self.collection(collection).name)

    def listing(
        self,
        collection: str = DEFAULT_COLLECTION,
        *,
        containing: str = "",
        statuses: Sequence[Status] = (),
        order: DocumentOrder = "accepted",
        descending: bool = True,
        offset: int = 0,
        count: int = 50,
    ) -> Listing:
        """A part of a collection's documents, and how many of which status there are.

        Up to `count` from `offset` on, of those in one of the `statuses` (of any, when none is named) with
        `containing` in their names. Raises NotFoundError.
        """
        return self._store.listing(
            self.collection(collection).name,
            containing=containing,
            statuses=statuses,
            order=order,
            descending=descending,
            offset=offset,
            count=count,
        )

    def set_metadata(self, document_id: str, changes: Mapping[str, str | None]) -> Document:
        """Sets each name to its value, or takes it away where that is None. Raises NotFoundError."""
        return self._store.set_metadata(document_id, changes)

    def document_chunks(
        self, document_id: str, version: int | None = None, *, start: int = 0, end: int | None = None
    ) -> list[Chunk]:
        """Those that overlap text[start:end] of the live version, or of the one named; in reading order."""
        return self._store.chunks(document_id, version, start, end)

    def document_text(self, document_id: str, version: int | None = None) -> ParsedText:
        """Of the live version unless another is named. Raises NotFoundError."""
        return self._store.parsed_text(document_id, version)

    def page(self, document_id: str, page: int, version: int | None = None) -> DocumentPage:
        """A page's text, of the live version unless another is named. Raises NotFoundError."""
        return self._store.page(document_id, version, page)

    def page_image(
        self,
        document_id: str,
        page: int,
        *,
        cited: tuple[int, int] | None = None,
        version: int | None = None,
    ) -> PageImage:
        """A page as a picture, with the words of the span `cited` marked as far as they stand on it.

        Of the live version unless another is named. Raises NotFoundError, UsageError for a span that does
        not touch the page, UnsupportedFormat for a format without pages of its own, ParseError when the
        page cannot be drawn.
        """
        wanted = self._store.page(document_id, version, page)
        if cited is not None and not (max(cited[0], wanted.start) < min(cited[1], wanted.end)):
            raise UsageError(
                f"The span {cited[0]}-{cited[1]} is not on page {page} of {wanted.name}, which is "
                f"{wanted.start}-{wanted.end}. Take page and span from the same citation."
            )
        return self._renderer.draw(wanted, lambda: self._store.blob(wanted.sha256), cited)

    def document_bytes(self, document_id: str) -> BinaryIO:
        """The newest version's bytes, to be closed by the caller. Raises NotFoundError."""
        return self._store.blob(self._store.document(document_id).sha256)

    def delete_document(self, document_id: str) -> None:
        """When it returns, nothing shows the document any more. Raises NotFoundError."""
        self._store.delete_document(document_id)
        self._renderer.forget(document_id)
        if self._cache is not None:
            self._cache.forget_document(document_id)

    # -- jobs: the work on a document's newest version; a job's id is its document's

    def jobs(
        self,
        collection: str | None = None,
        *,
        statuses: Sequence[Status] = UNREADY,
        count: int = 100,
    ) -> list[JobState]:
        """The last `count` in these states, newest first; of all collections by default.

        Raises NotFoundError.
        """
        return self._queue.states(collection, statuses, count)

    def job(self, document_id: str) -> JobState:
        """How far it is, what it waits for, and where the time went. Raises NotFoundError."""
        return self._queue.state(document_id)

    def queue_depths(self) -> list[QueueDepth]:
        """How many documents are on their way in, by how far they are."""
        return self._queue.depths()

    def retry_job(self, document_id: str) -> JobState:
        """Takes failed or postponed work up again, now. Raises NotFoundError, ConflictError."""
        return self._queue.retry(document_id)

    def cancel_job(self, document_id: str) -> JobState:
        """Ends the work; what is searchable already stays so. Raises NotFoundError, ConflictError."""
        return self._queue.cancel(document_id)

    # -- questions

    def search(
        self,
        query: str,
        *,
        collection: str = DEFAULT_COLLECTION,
        k: int = 10,
        mode: SearchMode = "hybrid",
        filters: Mapping[str, str] = NOTHING,
    ) -> SearchResult:
        """The `k` best chunks. Raises UsageError, NotFoundError, ModelError, EmbedderMismatch."""
        searched = self.collection(collection)
        with self._observer.searching(collection) as found:
            return found(self._retriever.get().search(searched, query, k, mode, filters))

    def ask(
        self,
        question: str,
        *,
        collection: str = DEFAULT_COLLECTION,
        k: int = 8,
        mode: AskMode = "auto",
        filters: Mapping[str, str] = NOTHING,
        history: Sequence[Turn] = (),
        conversation_id: str | None = None,
        standalone_question: str | None = None,
        use_cache: bool = True,
        scope: str = "",
        owner: str = "",
    ) -> Generator[AskEvent, None, None]:
        """Answers in pieces, the last of which is the whole answer. Raises as `search` does, at once.

        A kept answer is served when question and evidence are the same; `scope` names the asker's rights,
        and only askers of the same scope share answers. The stored answer becomes the `owner`'s.

        A question that leans on earlier ones, those of `history` or of a stored conversation, is searched
        for as one that stands alone; `standalone_question` is the caller's own wording of that.
        """
        asked_of = self.collection(collection)
        wish = Wish(question, asked_of, k, mode, filters, use_cache=use_cache, scope=scope, owner=owner)
        if conversation_id is not None:
            history = self.history.turns(conversation_id)
        follows = Follows(history, conversation_id, standalone_question)
        return self._asking.ask(wish, follows, notice=self._notice(collection))

    @property
    def cache(self) -> AnswerCache:
        """The answers that are kept. Raises UsageError when none are."""
        if self._cache is None:
            raise UsageError("The cache is switched off. Set RAGAPP_CACHE to `true` to have one.")
        return self._cache

    @property
    def evals(self) -> EvalDesk:
        """Where evaluations are ordered. Raises UsageError in a program that offers none."""
        if self._evals is None:
            raise UsageError("Evaluations are offered by `ragapp serve`. Elsewhere run `ragapp eval`.")
        return self._evals.get()

    # -- care

    def doctor(self, *, repair: bool = False) -> DoctorReport:
        """Checks every invariant of store, views and model files; with `repair`, mends what can be mended."""
        checks = self._store.check(repair=repair) + self._premises.check_models()
        checks += check_views(self._index, self._store.collections, repair=repair)
        return DoctorReport(all(check.ok for check in checks), tuple(checks))

    def models(self) -> list[ModelState]:
        """The models of the catalogue: what they are, and what of them is on this machine."""
        return self._premises.models()

    def disk_use(self) -> DiskUse:
        """What the data folder and the models take on disk. Looks at every file."""
        return self._premises.disk_use()

    def unready(self) -> str | None:
        """Why questions cannot be answered yet; None when they can.

        Goes all the way that a question goes: the embedder, the database, a collection's views.
        """
        try:
            self._embedder.get()
            for collection in self._store.collections()[:1]:
                self._index.catch_up(collection)
                self._index.words(collection, "ready", 1)
        except (ModelError, StorageError) as error:
            return str(error)
        return None

    def model_names(self) -> ModelNames:
        if not self._writers:
            return self._names
        return replace(
            self._names,
            generator=self._writers.name,
            generator_unavailable=self._writers.unavailable(),
        )

    def warm_up(self) -> None:
        """Loads the embedder and the local generator, so that the first question need not wait for them.

        Raises ModelError.
        """
        self._embedder.get()
        self._writers.warm_up(SYSTEM)

    def close(self) -> None:
        self.tasks.close()
        if self._cache is not None:
            self._cache.close()
        self._writers.close()
        self._index.close()
        self._renderer.close()
        self._store.close()

    def _notice(self, collection: str) -> str | None:
        backlog = self.backlog(collection)
        if backlog.unparsed:
            return f"{_documents(backlog.unparsed)} still being read, and not yet known to this answer."
        if backlog.unembedded:
            return f"{_documents(backlog.unembedded)} found by words only until all passages are embedded."
        return None


def _documents(count: int) -> str:
    return "1 document is" if count == 1 else f"{count} documents are"
