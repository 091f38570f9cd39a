"""Talking to a Qdrant cluster: any node answers for all, so one that is gone is passed over."""

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
"""Seconds before each round over all nodes. A cluster needs about a second to see that a node is gone."""
SHOWN = 300
"""Characters of a server's own message."""


@dataclass(frozen=True, slots=True)
class QdrantSettings:
    """Where the cluster is, and how collections are laid out on it."""

    urls: tuple[str, ...]
    api_key: str | None = None
    prefix: str = "ragapp"
    """What the names of our collections on it begin with."""
    shards: int | None = None
    """Parts of a collection; None: as many as there are nodes."""
    replicas: int = 1
    """Copies of each part, on a node each."""
    timeout: float = 10.0
    """Seconds to wait for one answer."""


class MissingOnServer(StorageError):
    """There is no such collection on the cluster (yet, or any more)."""


class QdrantClientPool:
    """The nodes, one of which is asked until it fails. Safe for many threads. Connects on first use."""

    def __init__(self, settings: QdrantSettings) -> None:
        """Raises UsageError for a URL that is none."""
        self._clients = [_client(url, settings) for url in settings.urls]
        self._urls = settings.urls
        self._turn = 0

    def call(self, work: Callable[[QdrantClient], T]) -> T:
        """The result of `work`, which may be done twice: it must be harmless when repeated.

        Raises MissingOnServer, UsageError for a key that is refused, StorageError for what the server
        cannot do, ServerUnavailable when no node answers.
        """
        failure: ServerUnavailable | StorageError | None = None
        for pause in PAUSES:
            time.sleep(pause)
            for _ in self._clients:
                turn = self._turn
                try:
                    return work(self._clients[turn])
                except ResponseHandlingException as error:
                    failure = _unreachable(self._urls[turn], error)
                except UnexpectedResponse as error:
                    failure = _failed(self._urls[turn], error)
                if len(self._clients) > 1:
                    log.warning("%s The next node is asked.", failure)
                self._turn = (turn + 1) % len(self._clients)
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
            check_compatibility=False,  # it would ask the server, which may not be up yet
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
    """What to raise when every node fails so. Raises at once what another node would answer as well."""
    told = error.content.decode(errors="replace")[:SHOWN]
    status = error.status_code or 0
    if status == HTTPStatus.NOT_FOUND:
        raise MissingOnServer(f"Qdrant at {url}: {told}") from error
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise UsageError(
            f"Qdrant at {url} refuses the key: {told}. Set RAGAPP_QDRANT_API_KEY to one that may write."
        ) from error
    failure = StorageError(f"Qdrant at {url} failed with {status}: {told}. See its log.")
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        raise failure from error
    return failure
