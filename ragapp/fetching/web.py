"""Fetching URLs safely: the only way in which ragapp fetches URLs that users give.

A URL is parsed once. Its host is resolved once, all of its addresses must be public, and the connection goes
to the checked address, so that a second look-up cannot return another one (DNS rebinding). Each redirect is a
new URL and is checked in the same way. Size and time are limited: one deadline applies to everything from the
first look-up to the last byte. Compressed bodies are refused, because a few of their bytes can expand to
gigabytes.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import unquote

import httpcore
import httpx

from ragapp import __version__
from ragapp.errors import FetchError, TooLargeError, UsageError
from ragapp.fetching.addresses import is_public
from ragapp.fetching.budget import Budget, BudgetedNetwork, BudgetSpent, addresses

MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """The size of a page in bytes, and the seconds for fetching it, including redirects."""

    max_bytes: int
    seconds: float
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A fetched page. `url` is the URL after redirects; `data` is positioned at its start."""

    url: str
    media_type: str
    data: BinaryIO


@contextmanager
def fetch(url: str, limits: FetchLimits) -> Iterator[FetchedPage]:
    """The page while the block runs.

    Raises UsageError for a URL that must not be fetched, TooLargeError, and FetchError when fetching fails.
    """
    with tempfile.TemporaryFile() as data:
        budget = Budget(time.monotonic() + limits.seconds)
        with _errors_translated(url):
            final_url, media_type = _load(url, data, limits, budget)
        data.seek(0)
        yield FetchedPage(final_url, media_type, data)


def _load(url: str, data: BinaryIO, limits: FetchLimits, budget: Budget) -> tuple[str, str]:
    """The URL after redirects, and its media type."""
    for _ in range(MAX_REDIRECTS + 1):
        with _open_response(_checked(url), limits, budget) as response:
            headers = httpx.Headers(response.headers)
            if response.status not in REDIRECTS or "location" not in headers:
                _check_response(url, response.status, headers)
                _copy(response, data, limits, budget)
                return url, headers.get("content-type", "").partition(";")[0].strip()
            url = _joined(url, headers["location"])
    raise FetchError(f"{url} has more than {MAX_REDIRECTS} redirects. Use the address that they lead to.")


def _joined(url: str, location: str) -> str:
    try:
        return str(httpx.URL(url).join(location))
    except httpx.InvalidURL as error:
        raise FetchError(
            f"{url} redirects to an invalid URL ({error}). Use the address that it leads to."
        ) from None


def _check_response(url: str, status: int, headers: httpx.Headers) -> None:
    """Raises FetchError unless the response is an uncompressed page."""
    if not 200 <= status < 300:
        raise FetchError(f"{url} responded with status {status}. Check the address.")
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise FetchError(
            f"{url} was sent compressed ({encoding[:40]}) although it was requested uncompressed. Download "
            "it with a browser and add the file."
        )


def page_name(url: str) -> str:
    """A name for the page: the last part of its path, or its host."""
    parsed = httpx.URL(url)
    return unquote(parsed.path).rstrip("/").rpartition("/")[2] or parsed.host


def _checked(url: str) -> httpx.URL:
    """Raises UsageError for a URL that is invalid or not supported."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise UsageError(f"{url!r} is not a URL ({error}).") from None
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise UsageError(f"{url} cannot be fetched. Only http and https URLs with a host are supported.")
    if parsed.port is not None and not 0 < parsed.port < 65536:
        raise UsageError(
            f"{url} cannot be fetched, because {parsed.port} is not a port. Ports are 1 to 65535."
        )
    if parsed.userinfo:
        raise UsageError(f"The URL for {parsed.host} contains a user name or password. Remove it.")
    return parsed


@contextmanager
def _open_response(url: httpx.URL, limits: FetchLimits, budget: Budget) -> Iterator[httpcore.Response]:
    """The response to a request that is sent to a checked address."""
    address = _resolve(url, budget, allow_private=limits.allow_private)
    target = url.copy_with(host=address, fragment=None)
    headers: dict[bytes | str, bytes | str] = {
        "Host": url.netloc.decode(),
        "User-Agent": f"ragapp/{__version__}",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    # The certificate must match the name, not the address.
    extensions = {"sni_hostname": url.host}
    # No proxy, because that would resolve the name again.
    with (
        httpcore.ConnectionPool(network_backend=BudgetedNetwork(budget)) as connections,
        connections.stream("GET", str(target), headers=headers, extensions=extensions) as response,
    ):
        yield response


def _resolve(url: httpx.URL, budget: Budget, *, allow_private: bool) -> str:
    """Raises UsageError when any of the host's addresses is not public, FetchError when it has none."""
    port = url.port or {"http": 80, "https": 443}[url.scheme]
    try:
        found = addresses(url.host, port, budget)
    except (OSError, UnicodeError) as error:
        raise FetchError(
            f"{url.host} cannot be resolved ({error}). Check the address and the network."
        ) from None
    for address in found:
        if not (allow_private or is_public(address)):
            raise UsageError(
                f"{url.host} has the address {address}, which is not public, so it is not fetched. Set "
                "RAGAPP_ALLOW_PRIVATE_URLS=true to allow this."
            )
    return found[0]


@contextmanager
def _errors_translated(url: str) -> Iterator[None]:
    try:
        yield
    except (BudgetSpent, httpcore.TimeoutException) as error:
        reason = str(error) if isinstance(error, BudgetSpent) else "took too long"
        raise FetchError(f"{url} {reason}. Try again, or raise RAGAPP_URL_SECONDS.") from None
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        reason = str(error) or type(error).__name__
        raise FetchError(f"{url} cannot be fetched ({reason}). Check the address and the network.") from error


def _copy(response: httpcore.Response, data: BinaryIO, limits: FetchLimits, budget: Budget) -> None:
    """Copies the body within the limits, whatever the headers say."""
    for piece in response.iter_stream():
        budget.body += len(piece)
        if budget.body > limits.max_bytes:
            raise TooLargeError(
                f"The page has more than {limits.max_bytes} bytes. Raise RAGAPP_MAX_UPLOAD_BYTES."
            )
        data.write(piece)
