"""Requests to a Qdrant cluster. Any node answers for all of them, so a node that is down is skipped."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

from qdrant_client import QdrantClient
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from ragapp.errors import ServerUnavailable, StorageError, UsageError

log = logging.getLogger(__name__)
T = TypeVar("T")

PAUSES = (0.0, 0.2, 1.0)
"""Seconds before each round over all nodes. A cluster takes about a second to notice that a node is down."""
MAX_MESSAGE = 300
"""Characters of a server's message that are shown."""


@dataclass(frozen=True, slots=True)
class QdrantSettings:
    """The cluster's address, and how collections are laid out on it."""

    urls: tuple[str, ...]
    api_key: str | None = None
    prefix: str = "ragapp"
    """The prefix of the names of our collections."""
    shards: int | None = None
    """Shards of a collection; None for as many as there are nodes."""
    replicas: int = 1
    """Copies of each shard, each on its own node."""
    timeout: float = 10.0
    """Seconds to wait for a response."""


class MissingOnServer(StorageError):
    """The collection does not exist on the cluster, not yet or no longer."""


class QdrantClientPool:
    """The nodes, of which one is used until it fails. Safe for many threads. Connects on first use."""

    def __init__(self, settings: QdrantSettings) -> None:
        """Raises UsageError for an invalid URL."""
        self._clients = [_client(url, settings) for url in settings.urls]
        self._urls = settings.urls
        self._current = 0

    def call(self, work: Callable[[QdrantClient], T]) -> T:
        """The result of `work`, which must be idempotent: it is repeated after a failure.

        Raises MissingOnServer, UsageError when the key is refused, StorageError when the server reports a
        failure, ServerUnavailable when no node answers.
        """
        failure: ServerUnavailable | StorageError | None = None
        for pause in PAUSES:
            time.sleep(pause)
            for _ in self._clients:
                current = self._current
                try:
                    return work(self._clients[current])
                except ResponseHandlingException as error:
                    failure = _unreachable(self._urls[current], error)
                except UnexpectedResponse as error:
                    failure = _failed(self._urls[current], error)
                if len(self._clients) > 1:
                    log.warning("%s Trying the next node.", failure)
                self._current = (current + 1) % len(self._clients)
        assert failure is not None
        raise failure

    def close(self) -> None:
        for client in self._clients:
            client.close()


def _client(url: str, settings: QdrantSettings) -> QdrantClient:
    try:
        return QdrantClient(
            url=url,
            api_key=settings.api_key,
            timeout=max(1, round(settings.timeout)),
            check_compatibility=False,  # it would send a request, and the server may not be up yet
        )
    except ValueError as error:
        raise UsageError(
            f"RAGAPP_INDEX: {url!r} is not the URL of a Qdrant node ({error}). Example: "
            "qdrant:http://node1:6333,http://node2:6333"
        ) from error


def _unreachable(url: str, error: ResponseHandlingException) -> ServerUnavailable:
    return ServerUnavailable(
        f"Qdrant at {url} does not answer ({error.source}). Start it, or correct RAGAPP_INDEX."
    )


def _failed(url: str, error: UnexpectedResponse) -> StorageError:
    """The error to raise when every node fails this way. Raises at once what every node would respond."""
    message = error.content.decode(errors="replace")[:MAX_MESSAGE]
    status = error.status_code or 0
    if status == HTTPStatus.NOT_FOUND:
        raise MissingOnServer(f"Qdrant at {url}: {message}") from error
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise UsageError(
            f"Qdrant at {url} refuses the key: {message}. Set RAGAPP_QDRANT_API_KEY to a key that may write."
        ) from error
    failure = StorageError(f"Qdrant at {url} failed with {status}: {message}. See its log.")
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        raise failure from error
    return failure
