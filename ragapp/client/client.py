"""RagappClient: RagService over HTTP."""

from __future__ import annotations

import os
from types import TracebackType
from typing import Self

from ragapp.client.admin import ClientCache, ClientHealth, ClientKeys, ClientTasks
from ragapp.client.documents import ClientCollections, ClientDocuments, ClientJobs
from ragapp.client.evals import ClientEvals
from ragapp.client.history import ClientHistory
from ragapp.client.questions import ClientQuestions
from ragapp.client.transport import Transport


class RagappClient(ClientQuestions, ClientCollections, ClientDocuments, ClientJobs, ClientHealth):
    """The service of a ragapp server: methods, results and errors are those of RagService.

    Safe for many threads. `silence_seconds` is how long the server may send nothing; while a model
    thinks, it sends a sign of life every few seconds. `api_key` is by default that of the environment
    variable RAGAPP_API_KEY; with an empty one none is sent. `for_others` says that the requests are those of
    people elsewhere, who need a key even where the person at the machine needs none. Every method also raises
    ServerUnavailable when no server answers, AuthenticationError without the key that it wants,
    ForbiddenError, and QuotaError.
    """

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:8000",
        *,
        api_key: str | None = None,
        silence_seconds: float = 60.0,
        for_others: bool = False,
    ) -> None:
        key = os.environ.get("RAGAPP_API_KEY", "") if api_key is None else api_key
        super().__init__(Transport(base_url, silence_seconds, key, for_others=for_others))
        self.access = ClientKeys(self._transport)
        self.history = ClientHistory(self._transport)
        self.cache = ClientCache(self._transport)
        self.tasks = ClientTasks(self._transport)
        self.evals = ClientEvals(self._transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._transport.close()
