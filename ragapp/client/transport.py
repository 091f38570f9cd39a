"""HTTP requests to a ragapp server, whose failures are raised as the errors of the server."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from types import MappingProxyType
from typing import BinaryIO
from urllib.parse import quote

import httpx

from ragapp.api import problems
from ragapp.api.schemas import ANY_COLLECTION, Problem, decode
from ragapp.errors import BusyError, QuotaError, ServerUnavailable, UsageError
from ragapp.processes import cancellation

Files = Mapping[str, tuple[str, BinaryIO]]
"""Form field to (file name, open file)."""


class Transport:
    """Sends requests to a server.

    Raises the error that a problem document describes, and ServerUnavailable when no server answers.
    """

    def __init__(self, base_url: str, silence_seconds: float, api_key: str, *, for_others: bool) -> None:
        """An empty `api_key` is not sent. Raises UsageError for a malformed one."""
        if not (api_key.isascii() and api_key.isprintable()):
            raise UsageError(
                "The API key contains invalid characters. Copy the whole key again, without line breaks."
            )
        self._base_url = base_url
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        if for_others:
            headers["Forwarded"] = "for=unknown"  # RFC 7239
        # No proxy and no ~/.netrc: requests go to that server and nowhere else.
        self._http = httpx.Client(
            base_url=base_url,
            headers=headers,
            timeout=httpx.Timeout(silence_seconds, connect=5.0),
            trust_env=False,
        )

    def close(self) -> None:
        self._http.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        query: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        files: Files | None = None,
    ) -> bytes:
        """The body of the response."""
        headers = {"Content-Type": "application/json"} if body is not None else None
        with self._failures_explained():
            response = self._http.request(
                method, path, content=body, params=query, data=form, files=files, headers=headers
            )
            _raise_problem(response)
        return response.content

    @contextmanager
    def stream(self, path: str, body: bytes) -> Iterator[Iterator[bytes]]:
        """The response to a JSON POST request, in chunks as they arrive.

        Cancelling the current work ends it at once, even while the server is silent.
        """
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
        with (
            self._failures_explained(),
            self._http.stream("POST", path, content=body, headers=headers) as response,
        ):
            if response.is_error:
                response.read()
            _raise_problem(response)
            with cancellation.current().waking(lambda: _hang_up(response)):
                yield response.iter_raw()

    @contextmanager
    def _failures_explained(self) -> Iterator[None]:
        try:
            yield
        except httpx.ConnectError as error:
            raise ServerUnavailable(
                f"No ragapp server answers at {self._base_url} ({error}). Start one with `ragapp serve`."
            ) from error
        except httpx.TimeoutException as error:
            raise ServerUnavailable(
                f"The server at {self._base_url} has not responded in time. Check its log, and try again."
            ) from error
        except httpx.TransportError as error:
            raise ServerUnavailable(
                f"The connection to {self._base_url} broke ({error}). Check the server's log, and try again."
            ) from error


def _hang_up(response: httpx.Response) -> None:
    """Shuts down the socket, since closing it would not end a read that waits in another thread."""
    connection = response.extensions["network_stream"].get_extra_info("socket")
    with suppress(OSError):  # already closed
        connection.shutdown(socket.SHUT_RDWR)


def _raise_problem(response: httpx.Response) -> None:
    if response.is_success:
        return
    if response.headers.get("content-type") == problems.MEDIA_TYPE:
        error = problems.error_of(decode(Problem, response.content))
        if isinstance(error, (BusyError, QuotaError)):
            error.retry_after = _seconds(response.headers.get("retry-after"))
        raise error
    raise ServerUnavailable(
        f"{response.url} answered {response.status_code} {response.reason_phrase}, which is not the "
        "response of a ragapp server. Check the address."
    )


def _seconds(retry_after: str | None) -> float | None:
    """The seconds that a ragapp server sends; a date, which a proxy may send, is ignored."""
    return float(retry_after) if retry_after is not None and retry_after.isdecimal() else None


def collection_path(name: str) -> str:
    return f"/v1/collections/{quote(name, safe='')}"


def document_path(document_id: str) -> str:
    """The path of a document in any collection."""
    return f"{collection_path(ANY_COLLECTION)}/documents/{quote(document_id, safe='')}"


def table_path(table_id: int) -> str:
    """The path of a table in any collection."""
    return f"{collection_path(ANY_COLLECTION)}/tables/{table_id}"


def page_path(document_id: str, page: int) -> str:
    return f"{document_path(document_id)}/pages/{page}"


def job_path(document_id: str) -> str:
    return f"/v1/jobs/{quote(document_id, safe='')}"


NOTHING: Mapping[str, str] = MappingProxyType({})


class ClientPart:
    """The base of the client's parts. Their methods raise the errors that the server reports."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
