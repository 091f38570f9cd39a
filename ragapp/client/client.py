"""RagappClient: RagService over HTTP."""

from __future__ import annotations

import os
from types import TracebackType
from typing import Self

from ragapp.client.admin import ClientCache, ClientEvals, ClientHealth, ClientKeys, ClientTasks
from ragapp.client.documents import ClientCollections, ClientDocuments, ClientJobs
from ragapp.client.questions import ClientHistory, ClientQuestions
from ragapp.client.tables import ClientTables
from ragapp.client.transport import Transport


class RagappClient(
    ClientQuestions, ClientCollections, ClientDocuments, ClientTables, ClientJobs, ClientHealth
):
    """The service of a ragapp server, with the methods, results and errors of RagService. Thread-safe.

    `silence_seconds` is how long the server may send nothing; while a model works, it sends a keepalive every
    few seconds. `api_key` defaults to the environment variable RAGAPP_API_KEY; when it is empty, no key is
    sent. `for_others` marks requests as made on behalf of remote users, who need a key even when local ones
    do not.

    Every method also raises ServerUnavailable when no server answers, AuthenticationError for a missing or
    invalid key, ForbiddenError, and QuotaError.
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
