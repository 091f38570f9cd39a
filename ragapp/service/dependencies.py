"""What the service is put together from."""

from __future__ import annotations

from ragapp.answering.generator_chain import GeneratorChain
from ragapp.answering.history import History
from ragapp.ask_pipeline import AskPipeline
from ragapp.auth import Auth
from ragapp.cache.answer_cache import AnswerCache
from ragapp.embedder_registry import EmbedderRegistry
from ragapp.lazy import Lazy
from ragapp.protocols import (
    DocumentStore,
    Embedder,
    EvaluationService,
    JobQueue,
    Observer,
    PageRenderer,
    SearchIndex,
    TaskService,
)
from ragapp.retrieval.retriever import Retriever
from ragapp.service.host import Host
from ragapp.types import ModelNames


class Dependencies:
    """What every room of the service has. Safe for many threads.

    `history` has the answers that were given, `callers` who may call, `tasks` runs what takes long.

    `ingest_fingerprint` identifies what parses and chunks, so that a change of it is noticed.
    """

    def __init__(
        self,
        *,
        store: DocumentStore,
        queue: JobQueue,
        index: SearchIndex,
        embedder: Lazy[Embedder],
        embedders: EmbedderRegistry,
        retriever: Lazy[Retriever],
        writers: GeneratorChain,
        pipeline: AskPipeline,
        history: History,
        auth: Auth,
        cache: AnswerCache | None,
        ingest_fingerprint: str,
        names: ModelNames,
        observer: Observer,
        host: Host,
        renderer: PageRenderer,
        tasks: TaskService,
        evals: Lazy[EvaluationService] | None = None,
    ) -> None:
        self._store = store
        self._queue = queue
        self._index = index
        self._embedder = embedder
        self._embedders = embedders
        self._retriever = retriever
        self._writers = writers
        self._pipeline = pipeline
        self.history = history
        self.auth = auth
        self._cache = cache
        self._ingest_fingerprint = ingest_fingerprint
        self._names = names
        self._observer = observer
        self._host = host
        self._renderer = renderer
        self.tasks = tasks
        self._evals = evals
