"""Requests to a ragapp server whose failures are raised as the errors they were on the server."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from types import MappingProxyType
from typing import BinaryIO
from urllib.parse import quote

import httpx

from ragapp import cancellation
from ragapp.api import problems
from ragapp.api.schemas import ANY_COLLECTION, Problem, decode
from ragapp.errors import BusyError, QuotaError, ServerUnavailable, UsageError

Files = Mapping[str, tuple[str, BinaryIO]]
"""Form field to (file name, open file)."""


class Transport:
    """Raises the server's own error for a problem document, ServerUnavailable when no server answers."""

    def __init__(self, base_url: str, silence_seconds: float, api_key: str, *, for_others: bool) -> None:
        """With an empty `api_key` none is sent. Raises UsageError for what cannot be one."""
        if not (api_key.isascii() and api_key.isprintable()):
            raise UsageError(
                "This is not an API key: it has other than plain letters and digits. Copy it anew."
            )
        self._base_url = base_url
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        if for_others:
            headers["Forwarded"] = "for=unknown"  # RFC 7239
        # No proxy and no ~/.netrc: what is asked stays between this process and that server.
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
        """The response to a POST of JSON, in pieces as they come.

        A cancellation of the work that reads it ends it at once, however silent the server is.
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
                f"The server at {self._base_url} has been silent for too long. See its log, and try again."
            ) from error
        except httpx.TransportError as error:
            raise ServerUnavailable(
                f"The connection to {self._base_url} broke ({error}). See the server's log, and try again."
            ) from error


def _hang_up(response: httpx.Response) -> None:
    """Closing it would not end a read that another thread waits in."""
    connection = response.extensions["network_stream"].get_extra_info("socket")
    with suppress(OSError):  # it is closed already
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
        f"{response.url} answered {response.status_code} {response.reason_phrase}, not as a ragapp server "
        "does. Check the address."
    )


def _seconds(retry_after: str | None) -> float | None:
    """A ragapp server says how many; a proxy may name a date, which is passed over."""
    return float(retry_after) if retry_after is not None and retry_after.isdecimal() else None


def collection_path(name: str) -> str:
    return f"/v1/collections/{quote(name, safe='')}"


def document_path(document_id: str) -> str:
    """Whichever collection it is in: the id alone names it."""
    return f"{collection_path(ANY_COLLECTION)}/documents/{quote(document_id, safe='')}"


def page_path(document_id: str, page: int) -> str:
    return f"{document_path(document_id)}/pages/{page}"


def job_path(document_id: str) -> str:
    return f"/v1/jobs/{quote(document_id, safe='')}"


NOTHING: Mapping[str, str] = MappingProxyType({})


class ClientPart:
    """Its methods raise what the server raised."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
