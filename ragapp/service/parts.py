"""What the service is put together from."""

from __future__ import annotations

from ragapp.answer.history import History
from ragapp.answer.writers import Writers
from ragapp.asking import Asking
from ragapp.cache.answers import AnswerCache
from ragapp.callers import Callers
from ragapp.embedders import Embedders
from ragapp.lazy import Lazy
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
from ragapp.retrieve.hybrid import Retriever
from ragapp.service.premises import Premises
from ragapp.types import ModelNames


class Parts:
    """What every room of the service has. Safe for many threads.

    `history` has the answers that were given, `callers` who may call, `tasks` runs what takes long.

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
