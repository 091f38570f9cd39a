"""The parts that the service consists of."""

from __future__ import annotations

from ragapp.answering.answerer import Answerer
from ragapp.answering.generator_chain import GeneratorChain
from ragapp.answering.history import History
from ragapp.answering.rewriting import Rewriter
from ragapp.auth import Auth
from ragapp.cache.answer_cache import AnswerCache
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
from ragapp.retrieval.embedder_registry import EmbedderRegistry
from ragapp.retrieval.retriever import Retriever
from ragapp.service.host import Host
from ragapp.table_queries.queries import TableQueries
from ragapp.types import ModelNames


class Dependencies:
    """What all parts of the service share. Safe for many threads.

    `history` holds stored answers and conversations, `auth` the API keys with their quotas and audit log, and
    `tasks` runs long operations in the background. `ingest_fingerprint` identifies how documents are parsed
    and chunked, so that a change is noticed, and `answer_settings` all settings that can change an
    answer.
    """

    def __init__(
        self,
        *,
        store: DocumentStore,
        queue: JobQueue,
        index: SearchIndex,
        embedder: Lazy[Embedder],
        embedders: EmbedderRegistry,
        generators: GeneratorChain,
        rewriter: Rewriter,
        retriever: Lazy[Retriever],
        answerer: Answerer,
        answer_settings: str,
        history: History,
        auth: Auth,
        cache: AnswerCache | None,
        ingest_fingerprint: str,
        names: ModelNames,
        observer: Observer,
        host: Host,
        renderer: PageRenderer,
        tasks: TaskService,
        table_queries: TableQueries,
        evals: Lazy[EvaluationService] | None = None,
    ) -> None:
        self._store = store
        self._queue = queue
        self._index = index
        self._embedder = embedder
        self._embedders = embedders
        self._generators = generators
        self._rewriter = rewriter
        self._retriever = retriever
        self._answerer = answerer
        self._answer_settings = answer_settings
        self.history = history
        self.auth = auth
        self._cache = cache
        self._ingest_fingerprint = ingest_fingerprint
        self._names = names
        self._observer = observer
        self._host = host
        self._renderer = renderer
        self.tasks = tasks
        self._table_queries = table_queries
        self._evals = evals
